"""Flows of goods, energy, data and people over one graph, and what a closure changes.

graph           `FlowGraph`: vertices, edges, months, states, risk groups; MODES and FLOWS
closures        `Closure`, what is closed by name; `Case`, a flow in a month under closures
reduction       a smaller graph with the same distances
shortest_paths  trees from many sources, and their repair after closures
search          trees over the usable edges of a flow graph
effects         detour, delay, places and people cut off, tonnage, efficiency
redundancy      edge-disjoint paths to the gateways
disjoint_paths  two paths without a common edge and of the least total
corridors       the ways between two ends, with borders and months
hindcasts       what the network says about real failures, against what was published
incident_edges  what each incident closes, and its outcome, in the terms of the network
autonomy        days on stock of each settlement
recovery        people served again by day, by ranges of repair times
interconnectors power lines, gas pipelines and fibre on land of our own table as edges
backups         what stands by at a place that has lost every way
cable_cases     ways out of an island by cable, shared risks, systems, states
standing        since when the network stands as it does
cuts            edges and vertices whose loss cuts others off from a root
chains          lines between the points where something joins
single_failures what depends on each node, line and risk group, by flow, mode and month
line_shapes     shapes of lines for a map
naming          names of lines and groups, months and what stands in, in words
node_detours    longer ways if one node fails, and the nearest of its kind
exercise_measures efficiency, redundancy and tonnage of an exercise
limits          what the network does not hold
"""
