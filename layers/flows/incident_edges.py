"""What each incident of the layer `incidents` closes in the network, and its published outcome in its terms.

Typed from the rows of `incidents.csv`, which hold the sources: places as vertices, and what stood in as
modes. Points are WGS 84, of the place that the row names, read from its description; they are no surveyed
positions. Nothing here is chosen by what the network then says.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["INCIDENT_EDGES", "IncidentEdges"]


class IncidentEdges(NamedTuple):
    """One incident in the terms of the network.

    `mode` is that of what failed. `near` are points (longitude, latitude, degrees) on the lines that failed,
    each with its mode; `vertices` are closed nodes; the cable links of the incident are closed too, and
    `also_links` with them (out at the time). `cut_off` are vertices of the places that the source names.
    `served` are vertices that the thing served; what stands in is asked for from each of them to `other_end`,
    or to the nearest gateway if that is empty. `stood_in` are modes, kinds of backup (`satellite`, `radio`,
    `generator`), or means that are in no table (`stock`); empty if the source names none; `("none",)` if it
    says that nothing stood in. `stood_in_links` are lines of `interconnectors` that stood in. `missing` says
    why the network cannot be asked. `limits` says what of the case the network leaves out.
    """

    incident: str
    mode: str = ""
    near: tuple[tuple[str, float, float], ...] = ()
    vertices: tuple[str, ...] = ()
    also_links: tuple[str, ...] = ()
    cut_off: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    other_end: str = ""
    stood_in: tuple[str, ...] = ()
    stood_in_links: tuple[str, ...] = ()
    missing: str = ""
    limits: str = ""


_NUUK, _QAQORTOQ = "cable_landing:landing-nuuk", "cable_landing:landing-qaqortoq"
_SISIMIUT, _AASIAAT = "cable_landing:landing-sisimiut", "cable_landing:landing-aasiaat"
_TORSHAVN, _ORKNEY = "cable_landing:landing-torshavn", "cable_landing:landing-st_margarets_hope"
_SHETLAND, _MAYWICK = "cable_landing:landing-sandwick", "cable_landing:landing-maywick"
_NORTH_SLOPE = tuple(
    f"cable_landing:landing-{key}" for key in ("utqiagvik", "wainwright", "point_hope", "kotzebue", "nome")
)
_NARVIK, _KIRUNA = "settlement:geonames-3144987", "settlement:geonames-605155"
_TRONDHEIM, _BODO = "settlement:geonames-3133880", "settlement:geonames-3160881"
_STEINKJER, _CHURCHILL = "settlement:geonames-3136947", "settlement:geonames-5922111"
_PRUDHOE, _FAIRBANKS = "settlement:geonames-5872126", "settlement:geonames-5861897"
_WHITEHORSE, _HAY_RIVER = "settlement:geonames-6180550", "settlement:geonames-5972762"
_HIGH_LEVEL, _NOME = "settlement:geonames-5975004", "settlement:geonames-5870133"
_LONGYEARBYEN, _QIKIQTARJUAQ = "settlement:geonames-2729907", "airfield:oa-cyvm"
_VESTMANNAEYJAR, _NUUK_TOWN = "settlement:geonames-3412093", "settlement:geonames-3421319"
_BERLEVAG, _BATSFJORD = "settlement:geonames-780687", "settlement:geonames-780717"
_KJOLLEFJORD, _MEHAMN = "settlement:geonames-779261", "settlement:geonames-778707"
_VARDO, _VADSO = "settlement:geonames-777019", "settlement:geonames-777073"
_FORT_SMITH, _INUVIK = "settlement:geonames-5955954", "settlement:geonames-5983607"

_ONE_PROVIDER = "providers are not told apart"
_NO_START = "how long a reserve plant takes to start is not known, so a place with one loses a part at most"
_NO_BACKUP = "no backup of Utqiaġvik and Point Hope is on file"
_ONE_WAY = "a line is shut whole; that a part of it went on is not in the network"

INCIDENT_EDGES = (
    IncidentEdges("svalbard_cable_2022", "cable", served=(_LONGYEARBYEN,)),
    IncidentEdges(
        "shefa2_faroe_shetland_2022", "cable", served=(_TORSHAVN, _MAYWICK),
    ),
    IncidentEdges(
        "shefa2_shetland_orkney_2022", "cable", also_links=("cable-shefa_2_01",), cut_off=(_SHETLAND,),
        served=(_SHETLAND,), stood_in=(), limits="the temporary route of the same day is in no source",
    ),
    IncidentEdges(
        "shefa2_orkney_banff_2025", "cable", cut_off=(_SHETLAND, _ORKNEY, _TORSHAVN), served=(_SHETLAND,),
        limits=_ONE_PROVIDER,
    ),
    IncidentEdges(
        "shefa2_orkney_2025", "cable", cut_off=(_SHETLAND,), served=(_SHETLAND,), limits=_ONE_PROVIDER,
    ),
    # The second path, out by a technical fault, is the cable on the other side of the two places.
    IncidentEdges(
        "finnmark_coastal_fibre_2017", "cable",
        also_links=("line-finnmark_coast_6", "line-finnmark_coast_4"), cut_off=(_BATSFJORD, _BERLEVAG),
        served=(_BATSFJORD, _BERLEVAG), stood_in=("satellite",),
        limits="telephones by satellite of the municipalities are in no source",
    ),
    IncidentEdges(
        "finnmark_double_fault_2018", "cable", vertices=(_VADSO,), also_links=("line-finnmark_coast_1",),
        cut_off=(_KJOLLEFJORD, _MEHAMN, _BERLEVAG, _BATSFJORD, _VARDO), served=(_BATSFJORD,),
    ),
    IncidentEdges(
        "balticconnector_2023", "pipeline", also_links=("line-balticconnector",),
        served=("line_end:pipeline:inkoo", "line_end:pipeline:paldiski"),
    ),
    IncidentEdges("ee_s1_2023", "cable", served=("cable_landing:landing-kardla",), limits=_ONE_WAY),
    IncidentEdges("baltika_2023", "cable"),
    IncidentEdges("c_lion1_2024_11", "cable"),
    IncidentEdges("elisa_cables_2024_12", "cable", missing="who was cut off was not read"),
    IncidentEdges(
        "c_lion1_2024_12", "cable", served=("cable_landing:landing-helsinki",),
        other_end="cable_landing:landing-hanko", stood_in=("cable",),
    ),
    IncidentEdges(
        "estlink2_2024", "power", also_links=("line-estlink_2",), served=("line_end:power:pussi",),
        other_end="line_end:power:anttila", stood_in_links=("line-estlink_1",),
    ),
    IncidentEdges(
        "vestmannaeyjar_cable_2017", "power", also_links=("line-vestmannaeyjar_3",),
        cut_off=(_VESTMANNAEYJAR,), served=(_VESTMANNAEYJAR,), stood_in_links=("line-vestmannaeyjar_1",),
        limits="the old cable carries little, and amounts are not compared",
    ),
    IncidentEdges(
        "vestmannaeyjar_cable_2023", "power", also_links=("line-vestmannaeyjar_3",),
        served=(_VESTMANNAEYJAR,), stood_in=("generator",), stood_in_links=("line-vestmannaeyjar_1",),
    ),
    IncidentEdges(
        "greenland_connect_2018", "cable", cut_off=(_QAQORTOQ,), served=(_NUUK, _QAQORTOQ),
        limits="the cable that the table names leaves South Greenland its way to Iceland; the sources differ "
        "on the side of Qaqortoq on which it failed",
    ),
    IncidentEdges(
        "greenland_north_2019_01", "cable", cut_off=(_SISIMIUT, _AASIAAT), served=(_SISIMIUT,),
        stood_in=("radio",),
    ),
    IncidentEdges(
        "greenland_north_2019_03", "cable", cut_off=(_AASIAAT,), served=(_AASIAAT,), stood_in=("radio",),
    ),
    IncidentEdges("greenland_both_legs_2022", "cable", cut_off=(_NUUK, _QAQORTOQ, _SISIMIUT, _AASIAAT),
                  served=(_NUUK,)),
    IncidentEdges(
        "quintillion_2023", "cable", cut_off=_NORTH_SLOPE, served=_NORTH_SLOPE,
        stood_in=("satellite", "radio"), limits=_NO_BACKUP,
    ),
    IncidentEdges(
        "quintillion_2025", "cable", cut_off=_NORTH_SLOPE, served=_NORTH_SLOPE, stood_in=("satellite",),
        limits=f"{_NO_BACKUP}; a ground station that was set up in Nome is no gateway of the network",
    ),
    IncidentEdges(
        "south_slave_fibre_2023", "cable", vertices=("line_end:cable:enterprise",),
        cut_off=(_HAY_RIVER, _FORT_SMITH, _HIGH_LEVEL), served=(_HAY_RIVER, _FORT_SMITH),
        stood_in=("none",), limits="where High Level hangs on the line that burnt was not read",
    ),
    IncidentEdges(
        "mackenzie_fibre_2023", "cable", also_links=("line-mackenzie_3",), cut_off=(_INUVIK,),
        served=(_INUVIK,), stood_in=("radio", "satellite"),
    ),
    IncidentEdges("alaska_railroad_fibre_2007", missing="the fibres of Alaska on land of 2007 were not read"),
    IncidentEdges("maspalomas_2025", missing="the hub of a satellite network is no line of the network"),
    *(
        IncidentEdges(
            f"nuuk_power_{year}", "power", also_links=("line-buksefjord_nuuk",), cut_off=(_NUUK_TOWN,),
            served=(_NUUK_TOWN,), stood_in=("generator",), limits=_NO_START,
        )
        for year in (2021, 2024, 2026)
    ),
    IncidentEdges(
        "malmbanan_2023_12", "rail", near=(("rail", 18.26, 68.43),), cut_off=(_NARVIK,), served=(_KIRUNA,),
        other_end=_NARVIK, stood_in=("stock", "road"),
    ),
    IncidentEdges(
        "malmbanan_2024_02", "rail", near=(("rail", 18.26, 68.43),), cut_off=(_NARVIK,), served=(_KIRUNA,),
        other_end=_NARVIK, stood_in=("stock",),
    ),
    IncidentEdges(
        "narvik_derailment_2023", "rail", near=(("rail", 17.44, 68.44),), cut_off=(_NARVIK,),
        served=(_KIRUNA,), other_end=_NARVIK, stood_in=("stock",),
    ),
    IncidentEdges(
        "hay_river_rail_2023", "rail", near=(("rail", -115.95, 60.68),), cut_off=(_HAY_RIVER,),
        served=(_HIGH_LEVEL,), other_end=_HAY_RIVER, stood_in=("road",),
    ),
    IncidentEdges(
        "churchill_rail_2017", "rail", near=(("rail", -94.1, 58.4),), cut_off=(_CHURCHILL,),
        served=(_CHURCHILL,), stood_in=("air", "sea"),
    ),
    # One slide took the railway and the road on the same day, so both cases close both.
    IncidentEdges(
        "levanger_rail_2025", "rail", near=(("rail", 11.22, 63.70), ("road", 11.22, 63.70)),
        cut_off=(_BODO,), served=(_TRONDHEIM,), other_end=_BODO, stood_in=("road",),
    ),
    IncidentEdges(
        "levanger_road_2025", "road", near=(("rail", 11.22, 63.70), ("road", 11.22, 63.70)),
        cut_off=(_STEINKJER,), served=(_TRONDHEIM,), other_end=_STEINKJER, stood_in=("road",),
        limits="weights of lorries are not in the network, so that a detour is not a loss of a part",
    ),
    IncidentEdges(
        "dalton_2015", "road", near=(("road", -148.7, 69.6),), cut_off=(_PRUDHOE,), served=(_FAIRBANKS,),
        other_end=_PRUDHOE, stood_in=("air",),
    ),
    IncidentEdges(
        "dalton_2025", "road", near=(("road", -148.85, 69.2),), cut_off=(_PRUDHOE,), served=(_FAIRBANKS,),
        other_end=_PRUDHOE,
    ),
    IncidentEdges(
        "alaska_highway_2012", "road", near=(("road", -130.6, 60.09), ("road", -137.05, 60.86)),
        cut_off=(_WHITEHORSE,), served=(_WHITEHORSE,), stood_in=("air", "road", "sea"),
    ),
    IncidentEdges(
        "alaska_highway_2022", "road", near=(("road", -127.5, 59.9),), cut_off=(_WHITEHORSE,),
        served=(_WHITEHORSE,), stood_in=("road",),
        limits="room on the road that stands in is not known, so that a detour is not a loss of a part",
    ),
    IncidentEdges(
        "qikiqtarjuaq_runway_2012", "air", vertices=(_QIKIQTARJUAQ,), cut_off=(_QIKIQTARJUAQ,),
        served=(_QIKIQTARJUAQ,), stood_in=("air",), limits=_ONE_WAY,
    ),
    IncidentEdges("hammerfest_lng_2020", "", vertices=("energy_site:term-melkoya",)),
    IncidentEdges("norilsk_tank_2020", missing="a tank at a plant is no line or node of the network"),
    IncidentEdges("longyearbyen_reserve_2024", missing="local grids are not in the network"),
    IncidentEdges(
        "longyearbyen_ship_2025", "sea", vertices=("port:wpi-20570",), cut_off=(_LONGYEARBYEN,),
        served=(_LONGYEARBYEN,), limits="one ship failed; the network can only shut the port to all ships",
    ),
    IncidentEdges(
        "nome_fuel_2011", "sea", vertices=("port:wpi-20400",), served=(_NOME,), stood_in=("sea",),
        limits="stocks and a tanker behind an icebreaker are not in the network",
    ),
)  # fmt: skip
