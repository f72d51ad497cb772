"""Numbers for what songs refer to: artists and albums."""

from __future__ import annotations

from collections.abc import Sequence

from data_access.text import fold_all
from etl.credits import Credit

Named = tuple[str | None, str, str]  # (Spotify's id, name, folded name)


class Artists:
    """Artists in order of appearance: told apart by id, or by exact name where there is none."""

    def __init__(self) -> None:
        self.rows: list[Named] = []
        self._numbers: dict[str | tuple[str], int] = {}

    def number(self, credits: Sequence[Credit]) -> list[tuple[int, ...]]:
        """Artist numbers of each credit, nobody twice; `credit.numbers` and `credit.folded` are set on the way."""
        unseen = {id(credit): credit for credit in credits if credit.numbers is None}
        fresh: list[tuple[str | None, str]] = []
        numbers = self._numbers
        for credit in unseen.values():
            keys = credit.names if credit.ids is None else credit.ids
            found = []
            for key, name in zip(keys, credit.names, strict=True):
                known = key if credit.ids is not None and key else (name,)
                number = numbers.setdefault(known, len(numbers))
                if number == len(self.rows) + len(fresh):
                    fresh.append((key if credit.ids is not None and key else None, name))
                found.append(number)
            credit.numbers = tuple(dict.fromkeys(found))
        names = [name for _, name in fresh]
        self.rows += [(key, name, folded) for (key, name), folded in zip(fresh, fold_all(names), strict=True)]
        rows = self.rows
        for credit in unseen.values():
            credit.folded = " ".join([rows[number][2] for number in credit.numbers or ()])
            credit.names, credit.ids = [], None  # half a million of these lists are not needed again
        return [credit.numbers for credit in credits]  # type: ignore[misc]  # all have them now


class Albums:
    """Albums in order of appearance: told apart by id, or by name and primary artist where there is none."""

    def __init__(self) -> None:
        self.rows: list[Named] = []
        self._numbers: dict[str | tuple[str, int], int] = {}

    def number(
        self, ids: Sequence[str] | None, names: Sequence[str], artists: Sequence[tuple[int, ...]]
    ) -> list[int | None]:
        """Album number of each song; None where the file names none."""
        fresh: list[tuple[str | None, str]] = []
        found: list[int | None] = []
        numbers = self._numbers
        for spotify_id, name, who in zip(ids or ("",) * len(names), names, artists, strict=True):
            if not spotify_id and not name.strip():
                found.append(None)
                continue
            number = numbers.setdefault(spotify_id or (name, who[0]), len(numbers))
            if number == len(self.rows) + len(fresh):
                fresh.append((spotify_id or None, name))
            found.append(number)
        folded_names = fold_all([name for _, name in fresh])
        self.rows += [(key, name, folded) for (key, name), folded in zip(fresh, folded_names, strict=True)]
        return found
