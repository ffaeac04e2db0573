"""The best assignment of columns to fields: each at most once, the sum of the scores as large as can be."""

from collections.abc import Mapping, Sequence

Scores = Sequence[Mapping[str, float]]


def assign_fields(scores: Scores) -> tuple[str, ...]:
    """For each column the field it is given, empty for none; `scores` holds, by column, the fields it may be given.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), rows being fields, of which there are few; a sheet
    may have thousands of columns. A field that a column may not be given counts as nothing. Scores are above 0.
    """
    fields = list(dict.fromkeys(name for column in scores for name in column))
    columns = _promising(scores, fields)
    # As many stand-ins as there are fields, so that each can go without a column.
    costs = [[-scores[at].get(name, 0.0) for at in columns] + [0.0] * len(fields) for name in fields]
    given = [""] * len(scores)
    for name, place in zip(fields, _assign_rows(costs, len(columns) + len(fields)), strict=True):
        if place < len(columns) and name in scores[columns[place]]:
            given[columns[place]] = name
    return tuple(given)


def _promising(scores: Scores, fields: Sequence[str]) -> list[int]:
    """The columns that a field may come to: its best ones, one for each field that may have taken a better one."""
    kept: set[int] = set()
    for name in fields:
        rated = [at for at, column in enumerate(scores) if name in column]
        kept.update(sorted(rated, key=lambda at: -scores[at][name])[: len(fields)])
    return sorted(kept)


def _assign_rows(costs: Sequence[Sequence[float]], width: int) -> list[int]:
    """The place each row is given, counted from 0, at the least cost; there are at least as many places as rows."""
    row_potential, place_potential = [0.0] * (len(costs) + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)  # of each place, counted from 1; 0 is nobody, place 0 the row being placed
    for row in range(1, len(costs) + 1):
        owner[0] = row
        reached, came_from = _shortest_path(costs, row_potential, place_potential, owner)
        while reached:
            owner[reached] = owner[came_from[reached]]
            reached = came_from[reached]
    given = [0] * len(costs)
    for place in range(1, width + 1):
        if owner[place]:
            given[owner[place] - 1] = place - 1
    return given


def _shortest_path(
    costs: Sequence[Sequence[float]], row_potential: list[float], place_potential: list[float], owner: list[int]
) -> tuple[int, list[int]]:
    """The nearest place that is free, and the place before each on the way to it; brings the potentials up to date."""
    width = len(place_potential)
    distance, came_from, done = [float("inf")] * width, [0] * width, [False] * width
    at = 0
    while owner[at]:
        done[at] = True
        row, step, nearest = owner[at], float("inf"), 0
        for place in range(1, width):
            if done[place]:
                continue
            reduced = costs[row - 1][place - 1] - row_potential[row] - place_potential[place]
            if reduced < distance[place]:
                distance[place], came_from[place] = reduced, at
            if distance[place] < step:
                step, nearest = distance[place], place
        for place in range(width):
            if done[place]:
                row_potential[owner[place]] += step
                place_potential[place] -= step
            else:
                distance[place] -= step
        at = nearest
    return at, came_from
