"""Small files of each kind, and where the trial keeps the real ones."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "s3portal" / "trial" / "data"

BASIS = """
version: 1
strategier:
  - namn: Strategin
    första_år: 2021
    sista_år: 2027
    styrkeområden:
      - {adress: upplevelser, namn: Upplevelser, sammanfattning: Året runt., färg: ljung, symbol: upplevelser}
      - {adress: energi, namn: Hållbar energi, sammanfattning: Förnybart., färg: hjortron, symbol: energi}
rättsliga_grunder:
  - kod: grunden
    namn: Förordningen
    gäller_från: 2021-01-01
    gäller_till: 2021-12-31
    överklagande: får inte överklagas
    högsta_stödnivå: 50
nämnder:
  - {adress: run, namn: regionala utvecklingsnämnden}
delegationsordningar:
  - nämnd: run
    rubrik: Ordningen 2019-2022
    mandatperiod: 2019–2022
    gäller_från: 2019-01-01
    gäller_till: 2022-12-31
    punkter:
      - {nummer: "8.1", ärende: Medfinansiering., slag: [deltagande], tak: 500 000}
"""
CALL = """
version: 1
utlysningar:
  - adress: kluster
    rubrik: Kluster
    ingress: Vi söker kluster.
    text: Så här går det till.
    styrkeområden: [upplevelser]
    rättslig_grund: grunden
    ram: 10 000 000
    högsta_stödnivå: 50
    öppnar: 2021-10-26 08.00
    stänger: 2021-11-29 23.59.59
    status: publicerad
    diarieprefix: RUN
"""
DECISION = """
version: 1
beslut:
  - diarienummer: RUN/664/2021
    ärendet_öppnat: 2021-12-08
    slag: deltagande
    rubrik: Deltagande i ett projekt
    enhet: Näringsliv
    handläggare: Åsa Hofsten
    handläggare_e-post: asa@example.se
    beslutsdatum: 2022-03-10
    ärendebeskrivning: Projektet söker medel.
    delegationsordning: Ordningen 2019-2022
    punkt: "8.1"
    nämnd: regionala utvecklingsnämnden
    beslutsunderlag: [Ansökan]
    beslut: [Regionen deltar.]
    beloppets_slag: arbetstid
    belopp: 150 000
    period: 20220401-20240630
    beslutsfattare: Anna Halvarsson
    beslutsfattarens_titel: Tf. regional utvecklingsdirektör
    utdrag_till: [{namn: SVID}]
    publicerat: ja
"""
