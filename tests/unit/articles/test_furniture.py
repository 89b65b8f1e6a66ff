"""Which lines are teasers, captions, bylines; and, as important, which are the article's own."""

from __future__ import annotations

import pytest

from services.articles.bylines import authors_in, is_byline
from services.articles.captions import is_caption, is_picture_credit
from services.articles.teasers import is_teaser

TEASERS = """
READ MORE: Three takeaways from the budget
Read more about the plan on the city’s page.
MORE NEWS: Man found on roof
Latest Coverage: The housing debate
Latest coverage:\xa0The housing debate
Related: Rents fall again
RELATED STORIES
Related articles:
SEE ALSO: Where the money goes
Also read: Where the money goes
ALSO READ | Where the money goes
► WATCH: Council meeting in full
Video: Council meeting in full
More from the Ledger: Ten parks to see
MORE COVERAGE
Top Stories
Trending now
Editor’s picks
Up next: Why the bus is late
You may also like
Click here to see the map.
Sign up for the Morning Ledger, our daily newsletter.
Sign up here
Subscribe to our newsletter
Get the latest news from Stockton delivered to your inbox every morning.
Our Friday letter comes straight to your inbox.
Follow us on Facebook
Follow Ann Roe on Twitter @annroe
Follow @annroe
Like us on Facebook
Download the Ledger app for alerts.
Support local journalism. Become a member today.
Have a news tip? Write to tips@ledger.example.
Do you have a story for us?
Advertisement
ADVERTISEMENT Continue reading the main story
Story continues below
Scroll down for video
Share this story
Facebook Twitter Email Print
Read or Share this story: https://ledger.example/x
https://ledger.example/story
annroe@ledger.example
(© Copyright 2017 Ledger Broadcasting Inc. All Rights Reserved. Wire services contributed to this report.)
Copyright 2017 The Ledger. All rights reserved. This material may not be published or broadcast.
© 2017 Ledger Media
TM and © Copyright 2017 Ledger Radio Inc.
The Associated Press contributed to this report.
Staff writers Ann Roe and Li Wei contributed to this story.
Ann Roe contributed reporting.
(Reporting by Ann Roe; Editing by Li Wei)
Additional reporting by Ann Roe
Reach Ann Roe at 209-555-0100.
Contact the writer: aroe@ledger.example
Ann Roe is a staff writer who covers housing. Follow her on Twitter @annroe.
The opinions expressed in this commentary are the writer's own.
Photo credit: Ann Roe
Image courtesy of the county
Published: May 4, 2017 10:22 AM
Updated 9:50 p.m. ET Thursday
Posted at 3:45 PM, Sep 15, 2017
September 15, 2017 / 6:23 PM / Ledger News
3 min read
Filed Under: Housing, Stockton
Tags: rents, council
[Why the mayor changed her mind about rents]
Council weighs new cap on rents | Ann Roe Read more
This is a developing story. Check back for updates.
— Ann Roe
Associated Press
___
""".strip().split("\n")

OWN = """
The council voted 5-2 on Tuesday to cap rents in the city.
More than 300 people signed up to speak.
More from the council is expected on Tuesday.
Read the law closely and it says nothing of the kind.
Related charges were dropped in March.
Also on Tuesday, the council heard from the sheriff.
Latest figures show that rents fell in spring.
Other reports — including one from the county — say the same.
Top officials in Sacramento would not say who gave the order.
Following the vote, tenants cheered.
Follow the money, the mayor said.
Watching from the gallery, tenants cheered.
Subscribers to the city's water plan will pay more.
Signs went up on Main Street.
Copyright law protects the mural, the judge said.
Compiled by the county, the list names nine sanctuary cities.
Distributed by hand, the leaflets asked people to vote.
Published in 1998, the book tells of a boy in Lodi.
Updated plans for the park go to the council in May.
Advertisements for the flats never gave the rent.
Photos of the raid were shared online by thousands.
Contact with the agency was lost, he said.
Share prices fell.
She contributed to the 2016 report on policing.
“More news will come on Friday,” she said.
Correction: An earlier version of this article gave the wrong number.
Editor's note: This article tells of violence.
Update: Police now say two people were hurt.
BREAKING: Two people were hurt on Main Street, police say.
Maria Lopez is the editor of the report, which the council will follow closely.
Sanctuary cities sue over grants
""".strip().split("\n")


@pytest.mark.parametrize("line", TEASERS)
def test_a_teaser_is_told_from_the_article(line: str) -> None:
    assert is_teaser(line)


@pytest.mark.parametrize("line", OWN)
def test_the_articles_own_lines_are_kept(line: str) -> None:
    assert not is_teaser(line)
    assert not is_caption(line)
    assert not is_picture_credit(line)
    assert not is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "Photo: The council chamber on Tuesday",
        "File photo",
        "FILE - In this Aug. 3, 2017 file photo, the mayor speaks.",
        "File photo: The mayor speaks.",
        "In this Sept. 12, 2017, photo, tenants wait outside City Hall.",
        "This undated photo provided by the police shows the car.",
        "Tenants wait outside City Hall on Tuesday. (AP Photo/Ann Roe)",
        "Tenants wait outside City Hall. (Photo by Ann Roe/Getty Images)",
        "Tenants wait outside City Hall (Getty Images)",
        "Tenants wait outside City Hall. (Ann Roe/Staff Photographer)",
        "Tenants wait outside City Hall. (Ann Roe, The Ledger News)",
        "Tenants wait outside City Hall. Photograph: Ann Roe/AP",
        "(Image: Reuters)",
        "Image copyright Getty Images Image caption Tenants wait",
        "Image caption Tenants wait",
        "Getty Images Tenants wait outside City Hall",
        "ABOVE: Tenants wait.",
    ],
)
def test_a_caption_is_told_from_the_article(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "The water is tested by the Environmental Protection Agency (EPA).",
        "It was first reported by the Associated Press (AP).",
        "In a video released by police, an officer is seen at the door.",
        "Voters must bring identification (photo ID required).",
        "He was held in the county seat (San Bernardino, California).",
        "Facebook Users React To Ruling",
        "EPA Rolls Back Rule On Water",
        "This image of the city has changed.",
        "The bill passed 40-38 (Smith/Jones voted no).",
    ],
)
def test_brackets_and_pictures_in_the_article_are_no_captions(line: str) -> None:
    assert not is_caption(line)
    assert not is_picture_credit(line)


@pytest.mark.parametrize(
    "line", ["Ann Roe/Getty Images", "Ann Roe/Associated Press", "Ledger photo by Ann Roe", "Getty Images"]
)
def test_a_picture_credit_stands_alone(line: str) -> None:
    assert is_picture_credit(line)


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("By Ann Roe", ("Ann Roe",)),
        ("By ANN ROE", ("Ann Roe",)),
        ("BY ANN ROE, Staff Writer", ("Ann Roe",)),
        ("By Ann Roe and Li Wei", ("Ann Roe", "Li Wei")),
        ("By Ann Roe, Li Wei and José de la Cruz | Sacramento Bee", ("Ann Roe", "Li Wei", "José de la Cruz")),
        ("By ANN ROE Associated Press", ("Ann Roe",)),
        ("By Ann Roe aroe@ledger.example", ("Ann Roe",)),
        ("By Ann Roe • Sept. 15, 2017", ("Ann Roe",)),
        ("Ann Roe, Staff Writer", ("Ann Roe",)),
        ("Written by Ann Roe", ("Ann Roe",)),
        ("By the time the council met, the hall was full", ()),
        ("By Friday the water was back", ()),
        ("By Tuesday Night Everything Had Changed", ()),
        ("Bystanders Ann Roe and Li Wei called police", ()),
    ],
)
def test_a_byline_gives_its_people(line: str, people: tuple[str, ...]) -> None:
    assert authors_in(line) == people


def test_an_agency_alone_makes_a_byline_without_people() -> None:
    assert is_byline("By The Associated Press")
    assert authors_in("By The Associated Press") == ()
