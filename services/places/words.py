"""Words that tell around a name whether it names a place: a closed list, in classes."""

from __future__ import annotations

from collections.abc import Mapping


def listed(text: str) -> frozenset[str]:
    """Read a list of words."""
    return frozenset(text.split())


LOCATIVE = listed("in at from near outside around within across throughout toward towards into through inside between "
                   "via downtown nearby northern southern eastern western central upstate greater suburban rural "
                   "north south east west of to leaving visiting")  # fmt: skip
STOP = listed("the a an and or but of in on at to for from by with as is was are were be been has have had will would "
               "can could may might must shall should this that these those it its he she they we you i his her their "
               "our your my not no if when while where who which what than then so such also after before since "
               "during until about against over under between into through out up down off all any some each both "
               "more most other only own same just now there here")  # fmt: skip

TITLES = listed("mr mrs ms miss dr prof professor sen sens senator rep reps representative congressman congresswoman "
                 "gov governor mayor president judge justice sheriff chief officer deputy detective lt sgt sergeant "
                 "capt captain col colonel gen general maj major cpl pvt cmdr adm admiral rev reverend father pastor "
                 "bishop rabbi imam sister brother coach manager director superintendent principal commissioner "
                 "councilman councilwoman councilmember alderman assemblyman assemblywoman supervisor secretary "
                 "treasurer attorney lawyer minister chancellor king queen prince princess lord lady sir dame saint "
                 "pope ambassador delegate sheikh sheik ayatollah spokesman spokeswoman spokesperson chairman "
                 "chairwoman chair ceo quarterback pitcher forward guard center singer actor actress author "
                 "firefighter trooper investigator prosecutor uncle aunt")  # fmt: skip
SHORT_TITLES = listed("mr mrs ms miss dr sen sens rep reps gov lt sgt capt col gen maj cpl cmdr adm rev prof sir")

STREET = listed("street st avenue ave road rd boulevard blvd drive dr lane ln highway hwy parkway pkwy way court ct "
                 "circle place pl plaza turnpike pike expressway freeway interchange bridge tunnel trail terrace "
                 "square alley route loop")  # fmt: skip
ORGANISATION = listed("university college school schools academy institute hospital clinic medical church cathedral "
                       "temple mosque synagogue bank club association society foundation company co corp corporation "
                       "inc llc ltd group partners industries enterprises systems airlines airways motors stores "
                       "museum library theater theatre center centre hall arena stadium coliseum ballpark hotel inn "
                       "restaurant cafe mall market press times post tribune herald journal news gazette globe "
                       "chronicle examiner observer star sun sentinel register record courier dispatch enquirer "
                       "inquirer mercury bulletin leader review telegram reporter standard independent magazine "
                       "radio television symphony orchestra opera ballet festival fair award prize act bill amendment "
                       "treaty accord agreement league conference union federation committee commission council "
                       "board authority agency bureau department office ministry court party team high elementary "
                       "middle preparatory prep seminary airport station terminal railroad railway rail transit "
                       "prison jail penitentiary cemetery zoo park gardens garden mill mills plant mine apartments "
                       "towers tower building house estate lodge resort casino raceway speedway")  # fmt: skip
GOVERNMENT = listed("police council mayor city county sheriff fire department board commission commissioners court "
                     "district school officials government governor legislature senate assembly house supervisors "
                     "aldermen attorney planning zoning state supreme superior appeals municipal village town "
                     "township borough parish capitol")  # fmt: skip
TEAM = listed("bears bulls cubs sox yankees mets giants jets knicks nets rangers islanders devils eagles phillies "
               "sixers 76ers flyers steelers pirates penguins ravens orioles nationals redskins commanders wizards "
               "capitals panthers hornets hurricanes falcons braves hawks thrashers dolphins marlins heat buccaneers "
               "rays lightning jaguars magic titans predators grizzlies saints pelicans cowboys mavericks stars "
               "texans astros rockets spurs broncos rockies nuggets avalanche cardinals suns diamondbacks coyotes "
               "raiders 49ers athletics warriors kings rams chargers dodgers angels lakers clippers ducks sharks "
               "padres seahawks mariners sonics sounders blazers vikings twins timberwolves wild packers brewers "
               "bucks lions tigers pistons wings browns indians guardians cavaliers bengals reds colts pacers chiefs "
               "royals blues patriots celtics bruins revolution jazz thunder bills sabres united fc galaxy fire crew "
               "dynamo rapids wildcats bulldogs huskies spartans trojans wolverines buckeyes longhorns aggies sooners "
               "gators seminoles crimson tide volunteers razorbacks rebels tigers gamecocks tar heels hokies "
               "cavaliers mountaineers panthers orange hoosiers boilermakers hawkeyes cyclones jayhawks badgers "
               "gophers cornhuskers huskers beavers bruins cougars utes sun devils")  # fmt: skip
WATER = listed("river creek lake bay beach island islands mountain mountains mount hill hills valley canyon forest "
                "falls springs harbor port point ridge mesa desert peninsula coast shore sea ocean gulf strait "
                "reservoir dam pond bayou cape glacier peak pass basin")  # fmt: skip
DIRECTIONS = listed("north south east west northern southern eastern western northeast northwest southeast southwest "
                     "central upper lower greater downtown midtown uptown old new inner outer mid")  # fmt: skip
COMMUNITY = listed("city town village county area region resident residents native neighborhood suburb community "
                    "metro metropolitan mayor police downtown based counties towns cities state province "
                    "capital border")  # fmt: skip
SAYING = listed("said says told asked added wrote announced agreed decided wants want warned insists insisted hopes "
                 "plans argued called urged denied rejected refused vowed")  # fmt: skip
MONTHS = listed("january february march april may june july august september october november december jan feb mar "
                 "apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday "
                 "sunday")  # fmt: skip
HONOUR = listed("jr sr ii iii iv phd md esq")
PLAY = listed("beat beats defeated lost won win play played plays vs versus against host hosted tied edged")

CLASSES: Mapping[str, frozenset[str]] = {
    "locative": LOCATIVE, "title": TITLES, "street": STREET, "org": ORGANISATION, "gov": GOVERNMENT, "team": TEAM,
    "water": WATER, "direction": DIRECTIONS, "community": COMMUNITY, "saying": SAYING, "month": MONTHS, "stop": STOP,
    "honour": HONOUR, "play": PLAY,
}  # fmt: skip


def _classes() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("stop", "locative", "month", "honour", "saying", "play", "community", "direction", "title", "gov",
                 "org", "team", "water", "street"):  # fmt: skip
        for word in CLASSES[name]:
            found[word] = name
    return found


CLASS_OF: Mapping[str, str] = _classes()
"""Each word's class, the most telling one where it has several."""
