"""What the flow network does not hold, said wherever the network is shown."""

__all__ = ["NOT_IN_NETWORK"]

NOT_IN_NETWORK = (
    "Not in the network: capacity; radio and satellite, generators, fibre on land, power lines and pipelines "
    "but for the few that were read (`interconnectors`, `backup_links`); lesser roads, ferries and winter "
    "roads; some bridges and tunnels, such as those of Tromsø, Harstad and Kristiansund; timetables. A place "
    "without a line may have one of these."
)
