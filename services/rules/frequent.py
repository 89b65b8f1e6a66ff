"""Stems that are frequent, by the share of articles that have them: what a rule is better not kept under.

Those of English news stand here, counted over 414 articles. What is frequent where an engine stands, a city's name in
its own paper, is learned from its articles: with the benchmark's articles that halves what is looked through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from services.articles.article import Article
from services.queries.document import SEARCHED
from services.text import cut, stem

SAMPLE = 250
"""So many articles are enough to learn from."""

_LEAST_ARTICLES = 20  # fewer say nothing about what is frequent
_LEAST_SHARE = 0.008  # below, a word is as rare as any that is not known

_BY_SHARE: dict[float, str] = {
    0.9: ("a and in of the to"),
    0.75: ("at for from is on said that with"),
    0.6: ("an as be but by have it was"),
    0.45: ("about after also are been had has he more not one they this time two were which who will year"),
    0.35: ("all his i into last or other out over peopl say state than their there up we when would"),
    0.27: (
        "1 accord befor call can citi could day do dure first get go if includ just like make month near new no "
        "offici onli polic report she so some take them three through use what where while work"
    ),
    0.2: (
        "10 2 30 5 add ani anoth area around back becaus between close come continu counti countri did down famili "
        "follow help her high him home how local m made man mani may most nation need now off offic old our part "
        "plan presid see show sinc those told tri us veri want way week well you"
    ),
    0.15: (
        "12 20 3 4 across against appear ask author away believ both came center charg communiti current depart "
        "develop end even expect face fire forc found four friday good govern group hour hous inform investig issu "
        "kill know later leader left life live long look major march meet member million monday move much name news "
        "next night north number open own place point provid public put receiv recent releas remain resid right run "
        "s school secur servic set sever should sign south start still street such support taken then these think "
        "thursday today took under unit world"
    ),
    0.115: (
        "11 14 15 6 7 8 abl act action addit ago allow along american among associ attack base build busi car carri "
        "case chang chief claim clear compani condit council die director driver each earli earlier everi far few "
        "find five former free got hand happen head held here hit hope hospit internat involv larg launch law lead "
        "least lot main manag money morn must my never offer oper p park past person possibl program question reach "
        "realli region relat respons road same saturday second seen six spokesman statement stop stori sunday "
        "system talk team thing too tuesday u victim wednesday went west whether"
    ),
    0.09: (
        "13 17 50 9 account address again agenc alreadi announc april arrest begin behind best big bill board bring "
        "capit caus celebr children co committe concern consid contain control court cover creat dead deal death "
        "describ differ direct doe drive east effort eight event fall feder feel final firm friend further futur "
        "give great heard hold howev identifi imag immedi incid increas initi injur insid interest job juli keep "
        "known late latest leav line locat mayor media might mile minist minut onc order outsid parti pass percent "
        "photo post power problem process read record repres saw scene sent serious serv seven share shoot short "
        "shot side site situat someth special stand student third thought top town travel turn universiti until "
        "vehicl video visit water whose win within without woman yet"
    ),
    0.07: (
        "18 21 24 25 26 40 accid administr affect afternoon age agre air alleg almost although am annual approv "
        "assist attempt attend avail bank becom began better block brought campaign care central certain china "
        "commit complet conduct confirm contact cost crash critic crowd cut d data date david decid decis defens "
        "democrat deputi despit detail determin discuss district document dozen drop due econom economi educ effect "
        "emergenc enter ever everyon execut fail father fell field file financi foreign front full fund general "
        "given half hard himself histori idea import improv injuri join kind land learn led less let limit list "
        "littl lost mark me mean medic men middl militari ministri miss moment mother mr note occur organiz parent "
        "pay pick play polit posit prepar present press previous prime privat project propos protect quick rain "
        "rais rang red requir respond result return room rule safe safeti schedul search seem senior seri similar "
        "singl small son soon sourc speak st staff station stay step strong success suffer target tell term test "
        "though threaten total toward train transport updat view vote w wait walk war warn washington watch whi "
        "white worker york young your"
    ),
    0.055: (
        "16 19 22 23 27 28 29 31 35 accept accus activ advanc ahead alway america amount anyon anyth ap appar arm "
        "arriv attorney avenu avoid bad billion black bodi boy break british buy chairman challeng chanc check "
        "citizen collect com comment confer connect credit crime crisi cross custom damag danger daughter design "
        "dollar done door e elect email enough establish estim eventu evid explain extrem fact feet figur finish "
        "fli focus forward game gather gave german getti global goal grand grant ground hall health hear host huge "
        "hundr indic industri instead interview island januari japan john judg key knew korea korean level link "
        "loss love maintain market mass measur messag met missil n negoti northern noth novemb obama often onto "
        "owner particular peac perform phone pictur polici potenti probabl produc promis push race readi real "
        "reason remov reuter risk round russia russian save score season seek social speed spend store struck "
        "suggest sure suspect tax televis thank thousand threat throughout track treat truck twitter understand urg "
        "usual wall weapon websit western wife wit women won wound wrote"
    ),
}

SHARES: dict[str, float] = {stem: share for share, stems in _BY_SHARE.items() for stem in stems.split()}


def learned(articles: Iterable[Article], language: str = "en") -> dict[str, float]:
    """Give the shares of stems, by at most `SAMPLE` articles of this language where they say something."""
    found: Counter[str] = Counter()
    count = 0
    for article in islice((one for one in articles if one.language == language), SAMPLE):
        texts = [article.title or "", *(article.text[p.start : p.end] for p in article.passages if p.zone in SEARCHED)]
        found.update({stem(word[2], language) for text in texts for chunk in text.split() for word in cut(chunk)})
        count += 1
    if count < _LEAST_ARTICLES:
        return SHARES
    least = max(2.0, _LEAST_SHARE * count)
    return SHARES | {own: many / count for own, many in found.items() if many >= least}
