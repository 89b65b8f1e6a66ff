"""News that is written from a frame: each piece tells another event in nearly the words of the last one.

    templated()   police logs, market and weather reports, agendas, obituaries, results … as desks and robots write them
    varied()      the same pieces, each sentence in one of several wordings, some left out, in another order

No two pieces tell the same event. All wording is written for this; names, places and numbers are drawn with a seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.benchmarks.copies import Text

_FIRST = "Alma Bruno Carla Dmitri Elena Farid Greta Hector Imani Jonas Keiko Lionel Marta Nadir Olga Pavel Quentin Rosa Samir Tilda Umar Vera Wendell Xenia Yusuf Zora".split()  # noqa: SIM905
_LAST = "Abbott Brandt Castillo Drummond Eastman Ferreira Gallagher Haddad Ingram Jansen Kowalski Lindgren Moreau Nakamura Okafor Petrov Quigley Ramsey Sandoval Takeda Ulrich Vance Whitlock Yarrow Zeller".split()  # noqa: SIM905
_STREETS = "Alder Birch Canal Dover Elm Foundry Grant Harbor Irving Jasper Kiln Laurel Mercer Nolan Orchard Prospect Quarry Ridge Sycamore Tanner Union Vine Walnut Yew".split()  # noqa: SIM905
_TOWNS = [
    "Ashford",
    "Brookdale",
    "Cedar Point",
    "Dunmore",
    "Eastlake",
    "Fairhaven",
    "Glenview",
    "Holt",
    "Kingsley",
    "Lowell Springs",
    "Millbrook",
    "Newfield",
]
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_FIRMS = [
    "Arden Foods",
    "Bluestone Energy",
    "Corvane",
    "Dalton Rail",
    "Everlight",
    "Fennimore Bank",
    "Granary Group",
    "Helix Motors",
    "Ironwood Paper",
    "Juniper Health",
]
_TEAMS = ["Badgers", "Comets", "Drifters", "Falcons", "Herons", "Mariners", "Otters", "Pioneers", "Rapids", "Stags"]
_THINGS = [
    "a generator",
    "two bicycles",
    "a catalytic converter",
    "copper pipe",
    "a leaf blower",
    "a laptop",
    "fishing gear",
    "a trailer",
    "power tools",
    "a handbag",
]
_CHARGES = [
    "drunken driving",
    "shoplifting",
    "burglary",
    "vandalism",
    "trespassing",
    "assault",
    "possession of a stolen car",
    "disorderly conduct",
]
_SKIES = ["sunny", "partly cloudy", "mostly cloudy", "rainy", "breezy", "foggy", "windy", "clear"]
_CAUSES = ["heart failure", "a long illness", "cancer", "pneumonia", "a stroke"]
_CRAFTS = [
    "a retired teacher",
    "a machinist",
    "a nurse",
    "a farmer",
    "an electrician",
    "a bookkeeper",
    "a veteran of the navy",
    "a bus driver",
]

_FRAMES: dict[str, tuple[str, str]] = {
    "police": ("{town} police log for the week of {month} {date}", """
The following calls were answered by the {town} Police Department during the week that ended {day}, {month} {date}.|These are calls taken by {town} police in the week to {month} {date}.
A resident of {street} Street told officers on {day} that {thing} had been taken from an open garage.|{Thing} disappeared from a garage in {street} Street, its owner told officers on {day}.
{name}, {age}, of {town2}, was arrested on {day} in the {n}00 block of {street} Avenue on suspicion of {charge}.|Officers took {name}, {age}, into custody on {day}; the {town2} resident is accused of {charge} in {street} Avenue.
A driver was cited on {day} after a two-car collision at {street} and {street2} streets; nobody was badly hurt.|Two cars ran into each other at {street} and {street2} streets on {day}, and a driver was ticketed.
{name2}, {age2}, was booked into the county jail on {day} on a warrant for {charge2}.|On {day} a warrant for {charge2} brought {name2}, {age2}, to the county jail.
Officers checked on a barking dog in {street3} Lane at {hour}:{minute} p.m. and found nothing amiss.|A dog that barked in {street3} Lane at {hour}:{minute} p.m. was gone when officers came.
Anyone with information about these cases may call the department's tip line. All suspects are presumed innocent until proven guilty in a court of law.|Tips may be left with the department's front desk. Suspects are innocent unless a court finds otherwise."""),
    "markets": ("Stocks close {dir} as {firm} {move}", """
Stocks closed {dir} on {day}, with the Exchange Composite ending at {thousands},{hundreds} after a session of {mood} trading.|The Exchange Composite finished {day} at {thousands},{hundreds}; trading was {mood}.
{firm} was the day's biggest mover and ended at {dollars}.{minute} dollars after its report for the quarter.|Shares of {firm} moved most, to {dollars}.{minute} dollars, after quarterly results.
{firm2} added {small} percent and {firm3} lost {small2} percent.|Among others, {firm2} rose {small} percent while {firm3} gave up {small2} percent.
The yield on the ten-year note stood at {small}.{minute} percent, and crude oil traded at {n2} dollars a barrel.|Crude oil was at {n2} dollars a barrel, the ten-year yield at {small}.{minute} percent.
Analyst {name} of {firm4} said that investors were waiting for the central bank's meeting on {month} {date}.|"Everybody waits for the central bank on {month} {date}," said {name}, who follows markets for {firm4}.
Volume came to {small2}.{small} billion shares, and advancing issues outnumbered declining ones on the big board.|Some {small2}.{small} billion shares changed hands, more issues rising than falling."""),
    "weather": ("Forecast for {town}: {sky}, high of {temp}", """
{Day} will be {sky} in {town} and the surrounding valley, with a high near {temp} degrees and winds from the {wind} at {small} to {n2} miles an hour.|Expect {sky} weather around {town} on {day}: up to {temp} degrees, {wind} winds of {small} to {n2} miles an hour.
Overnight lows will drop to about {temp2} degrees, according to the National Weather Service office in {town2}.|The weather service in {town2} sees the night go down to {temp2} degrees.
The chance of rain is {n3} percent through {day2}, rising toward the weekend.|Through {day2} rain has a chance of {n3} percent.
The record high for {month} {date} is {temp3} degrees, set in 19{minute}; the sun sets at {hour}:{minute2} p.m.|Sunset is at {hour}:{minute2} p.m.; on {month} {date} it was never warmer than the {temp3} degrees of 19{minute}.
Drivers should allow extra time on the pass, and boaters are asked to check conditions before they set out.|Boaters should look at conditions first and drivers should not hurry on the pass.
The extended outlook calls for {sky2} skies and temperatures that are close to normal for the season.|After that, {sky2} skies and ordinary temperatures are likely."""),
    "council": ("{town} council to meet {day}", """
The {town} City Council will meet at {hour} p.m. on {day}, {month} {date}, in the council chambers at {n} {street} Street.|Council members of {town} come together in {street} Street on {day}, {month} {date}, at {hour} p.m.
Among items on the agenda is a public hearing on a request by {name} to rezone {small} acres at {street2} Road for {use}.|{name} wants {small} acres in {street2} Road rezoned for {use}; the public will be heard.
The council will also consider a contract of {thousands}{n} dollars with {firm} for {works}.|{firm} may get {thousands}{n} dollars for {works}, if the council agrees.
City Manager {name2} will report on the budget, and Council Member {name3} has asked for a discussion of {works2}.|There will be a budget report by City Manager {name2}; Council Member {name3} wants to talk about {works2}.
Residents may speak for up to three minutes at the beginning of the meeting. The full packet is posted on the city's website.|Anybody may speak for three minutes at first. Papers are on the website of the city.
The meeting is open to the public and will be streamed live; minutes are approved at the following session.|All may come or watch the stream, and minutes follow at the next session."""),
    "obituary": ("{name}, {age}", """
{name}, {age}, of {town}, died {day}, {month} {date}, at {town2} Community Hospital after {cause}.|{cause} ended the life of {name} of {town} on {month} {date}, at the age of {age}.
Born in {town3} in 19{minute}, {name_last} was {craft} for {n2} years and a member of the First Methodist Church.|{name_last}, born in {town3} in 19{minute}, was {craft} for {n2} years and sang in the church choir.
Survivors include a daughter, {name2} of {town2}; a son, {name3} of {town}; and {small} grandchildren.|{name2} of {town2}, a daughter, and {name3}, a son, survive, with {small} grandchildren.
Services will be held at {hour} a.m. on {day2} at {firm_last} Funeral Home, {n} {street} Street, with burial to follow at {street2} Hill Cemetery.|Friends meet at {firm_last} Funeral Home on {day2} at {hour} a.m.; the grave is at {street2} Hill.
In place of flowers the family asks for gifts to the hospice or to the public library.|Instead of flowers, please think of the hospice or the library.
The family will receive friends an hour before the service; condolences may be left online.|Condolences are taken online and an hour before."""),
    "game": ("{team} beat {team2} {n2}-{small}", """
{name} scored {small2} points as the {team} defeated the {team2} {n2}-{small} on {day} night in {town}.|In {town} the {team2} lost {n2}-{small} to the {team} on {day} night; {name} had {small2} points.
{name2} added {small} points and {small3} rebounds for the {team}, who improved to {small2}-{small3} on the season.|The {team} stand at {small2}-{small3} now, with {small} points and {small3} rebounds from {name2}.
The {team2} led by {small} at the half but went cold in the third quarter, when they made only {small3} of {n2} shots.|A lead of {small} at the half did not hold: the {team2} hit {small3} of {n2} in the third quarter.
Coach {name3} said that the bench had made the difference and that the team would look at the film before the next game.|The bench won it, in the words of coach {name3}.
{name4} led the {team2} with {small2} points before fouling out with {minute} seconds left.|{name4}, best of the {team2} with {small2}, fouled out {minute} seconds before the end.
The {team} host the {team3} on {day2}; the {team2} travel to {town2}.|Next for the {team} are the {team3} on {day2}, and the {team2} go to {town2}."""),
    "quake": ("Quake of magnitude {small}.{small2} near {town}", """
An earthquake of magnitude {small}.{small2} was recorded at {hour}:{minute} p.m. on {day} {n2} miles from {town}, according to the Geological Survey.|{town} was {n2} miles from an earthquake of magnitude {small}.{small2} on {day} at {hour}:{minute} p.m.
The epicenter was {n3} miles from {town2} and {n} miles from {town3}, at a depth of {small3} miles.|It was {small3} miles deep, {n3} miles off {town2} and {n} off {town3}.
In the past ten days there have been {n4} earthquakes of magnitude 3.0 or greater centered nearby.|Nearby, {n4} quakes of 3.0 or more were counted in ten days.
Did you feel this earthquake? Consider reporting what you felt to the Geological Survey.|The survey likes to hear from whoever felt it.
This information comes from the notification service and the post was written by an algorithm and checked by an editor.|An algorithm wrote this and an editor looked at it."""),
    "results": ("{firm} reports results for the quarter", """
{firm} on {day} reported {ordinal}-quarter net income of {n}.{small} million dollars, or {minute} cents a share.|{firm} earned {n}.{small} million dollars in the {ordinal} quarter, {minute} cents a share.
The {town}-based company posted revenue of {n4}.{small2} million dollars in the period, against {n3}.{small3} million a year before.|Revenue of the {town} company was {n4}.{small2} million dollars, after {n3}.{small3} million.
The results {beat} the expectations of {small} analysts surveyed beforehand.|That {beat} what {small} analysts expected.
For the year the company expects earnings in the range of {small2}.{minute} to {small3}.{minute2} dollars a share.|It sees {small2}.{minute} to {small3}.{minute2} dollars a share for the year.
Shares of {firm} have moved {n2} percent since the beginning of the year and closed at {dollars} dollars.|At {dollars} dollars, the shares are {n2} percent from where the year began.
This report was generated from data by our system and reviewed by the desk.|Our system made this report from data."""),
    "roads": ("Road work around {town} this week", """
Drivers in {town} should expect delays this week as crews work on {street} Street between {street2} and {street3} avenues.|Crews are at work on {street} Street, {street2} to {street3} avenues, and drivers in {town} will wait.
One lane will be closed from {hour} a.m. to {small} p.m. starting {day}, the Department of Transportation said.|From {day}, between {hour} a.m. and {small} p.m., a lane is closed.
The {works} project costs {small2}.{small} million dollars and is to be finished by {month} {date}.|At {small2}.{small} million dollars, {works} should be done by {month} {date}.
Bus route {n2} will be detoured by way of {street4} Road; riders can board at the stop near {firm}.|Riders of route {n2} go by {street4} Road and board near {firm}.
Work depends on the weather and may be put off without notice. For maps see the department's page.|Weather may put it off. There are maps on the department's page."""),
    "lottery": ("Winning numbers drawn {day}", """
The winning numbers in {day} evening's drawing of the state lottery's game were {small}, {n2}, {n3}, {minute} and {minute2}.|On {day} evening the balls said {small}, {n2}, {n3}, {minute} and {minute2}.
A ticket sold at {firm_last} Market in {town} matched all but one number and is worth {thousands},{hundreds} dollars.|{thousands},{hundreds} dollars go to a ticket of {firm_last} Market in {town}.
The estimated jackpot for {day2}, {month} {date}, is {small2} million dollars.|On {day2}, {month} {date}, {small2} million dollars are in the pot.
Tickets may be claimed within half a year of the drawing at any office of the lottery. Players must be eighteen or older.|Players of eighteen or more have half a year for their claim.
The odds of matching every number are one in fourteen million, and proceeds go to schools and parks.|Odds are one in fourteen million; schools and parks profit."""),
}  # fmt: skip


def _slots(chance: random.Random) -> dict[str, str]:
    names = [f"{chance.choice(_FIRST)} {chance.choice(_LAST)}" for _ in range(5)]
    towns, streets = chance.sample(_TOWNS, 4), chance.sample(_STREETS, 5)
    firms, teams, days = chance.sample(_FIRMS, 4), chance.sample(_TEAMS, 3), chance.sample(_DAYS, 3)
    works = chance.sample(
        [
            "storm drains",
            "a water main",
            "new sidewalks",
            "a playground",
            "traffic signals",
            "tree planting",
            "bridge repair",
        ],
        2,
    )
    return {
        **{f"name{n or ''}": name for n, name in zip((0, 2, 3, 4, 5), names, strict=True)},
        **{f"town{n or ''}": town for n, town in zip((0, 2, 3, 4), towns, strict=True)},
        **{f"street{n or ''}": street for n, street in zip((0, 2, 3, 4, 5), streets, strict=True)},
        **{f"firm{n or ''}": firm for n, firm in zip((0, 2, 3, 4), firms, strict=True)},
        **{f"team{n or ''}": team for n, team in zip((0, 2, 3), teams, strict=True)},
        "day": days[0], "day2": days[1], "Day": days[2], "name_last": names[0].split()[1],
        "firm_last": chance.choice(_LAST), "month": chance.choice(_MONTHS), "date": str(chance.randint(1, 28)),
        "thing": (thing := chance.choice(_THINGS)), "Thing": thing.capitalize(),
        "charge": chance.choice(_CHARGES), "charge2": chance.choice(_CHARGES), "sky": chance.choice(_SKIES),
        "sky2": chance.choice(_SKIES), "cause": chance.choice(_CAUSES), "craft": chance.choice(_CRAFTS),
        "wind": chance.choice(["north", "west", "south", "northwest", "southeast"]),
        "use": chance.choice(["a warehouse", "townhouses", "a clinic", "a car wash", "offices"]),
        "works": works[0], "works2": works[1], "dir": chance.choice(["higher", "lower", "mixed"]),
        "move": chance.choice(["jumps", "slides", "surprises", "stumbles"]), "mood": chance.choice(["quiet", "choppy", "hectic"]),
        "beat": chance.choice(["beat", "missed", "met"]), "ordinal": chance.choice(["first", "second", "third", "fourth"]),
        **{name: str(chance.randint(*span)) for name, span in {
            "age": (19, 96), "age2": (19, 80), "n": (100, 990), "n2": (11, 99), "n3": (11, 99), "n4": (100, 990),
            "small": (2, 10), "small2": (2, 40), "small3": (2, 20), "hour": (1, 12), "minute": (20, 59), "minute2": (10, 59),
            "temp": (20, 99), "temp2": (5, 60), "temp3": (60, 110), "thousands": (9, 39), "hundreds": (100, 999),
            "dollars": (11, 300),
        }.items()},
    }  # fmt: skip


def _fill(frame: str, chance: random.Random, slots: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: slots[found[1]], frame)


def _made(count: int, seed: int, pick: Callable[[list[list[str]], random.Random], list[str]]) -> list[Text]:
    found = []
    for kind, (title, body) in _FRAMES.items():
        lines = [line.split("|") for line in body.strip().split("\n")]
        chance = random.Random(f"{kind} {seed}")
        for number in range(count):
            # Each sentence draws its own day, names and so on, except what the piece is about.
            whole = _slots(chance)
            written = []
            for line in pick(lines, chance):
                slots = {
                    **_slots(chance),
                    **{key: whole[key] for key in ("town", "name", "name_last", "firm", "team", "team2", "month")},
                }
                written.append(_fill(line, chance, slots))
            id_ = f"{kind}-{number}"
            text = "\n\n".join(written)
            found.append(Text(id_, _fill(title, chance, whole), text, id_))
    return found


def templated(count: int = 12, seed: int = 1) -> list[Text]:
    """Give pieces of each kind that differ in their facts alone."""
    return _made(count, seed, lambda lines, _: [line[0] for line in lines])


def varied(count: int = 12, seed: int = 2) -> list[Text]:
    """Give pieces of each kind that differ in facts, and in wording here and there."""

    def pick(lines: list[list[str]], chance: random.Random) -> list[str]:
        chosen = [chance.choice(line) for line in lines]
        del chosen[chance.randrange(1, len(chosen))]
        if chance.random() < 0.5:
            first, *rest = chosen
            chance.shuffle(rest)
            chosen = [first, *rest]
        return chosen

    return _made(count, seed, pick)
