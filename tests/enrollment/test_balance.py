"""Balanced assignment: even wherever it can be, the same every time, and quick."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.services.balance import CannotBalance, Child, Room, Wish, balance, lot

SEEDS = st.text(alphabet="0123456789", min_size=1, max_size=12)
VALUES = st.sampled_from(["甲村", "乙村", "丙村"])


@st.composite
def lists(draw, *, most=120):
    kinds = draw(st.lists(st.tuples(st.sampled_from("12"), VALUES), max_size=most))
    return [Child(order=n, sex=sex, keys=(key,)) for n, (sex, key) in enumerate(kinds, start=1)]


@st.composite
def rooms_with_pupils(draw):
    return [
        Room(number=n, boys=boys, girls=girls, seats=seats)
        for n, (boys, girls, seats) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 20)),
                    min_size=1,
                    max_size=8,
                )
            ),
            start=1,
        )
    ]


def empty(count, seats=200):
    return [Room(number=n, seats=seats) for n in range(1, count + 1)]


def spread(counts):
    return max(counts) - min(counts)


def heads(rooms, children, placed, fits=lambda child: True):
    """Class number → pupils of the list in it that fit."""
    found = Counter(placed[child.order] for child in children if fits(child))
    return {room.number: found[room.number] for room in rooms}


@given(lists(), st.integers(1, 9), SEEDS)
def test_empty_classes_differ_by_one_at_most_in_heads_boys_and_girls(children, count, seed):
    rooms = empty(count)
    placed = balance(children=children, rooms=rooms, seed=seed)

    assert sorted(placed) == [child.order for child in children]
    for fits in (lambda c: True, lambda c: c.sex == "1", lambda c: c.sex == "2"):
        assert spread(heads(rooms, children, placed, fits).values()) <= 1


@given(lists(), rooms_with_pupils(), SEEDS)
def test_with_pupils_in_the_classes_nobody_could_make_it_more_even(children, rooms, seed):
    """No pupil sits where another class has room and is emptier by two, and the same for boys."""
    try:
        placed = balance(children=children, rooms=rooms, seed=seed)
    except CannotBalance:
        assert len(children) > sum(room.seats for room in rooms)
        return
    came = heads(rooms, children, placed)
    boys = heads(rooms, children, placed, lambda c: c.sex == "1")
    for room in rooms:
        assert came[room.number] <= room.seats
        for other in rooms:
            full = room.boys + room.girls + came[room.number]
            emptier = other.boys + other.girls + came[other.number]
            if came[room.number] and came[other.number] < other.seats:
                assert full - emptier <= 1
            if boys[room.number] and boys[other.number] < came[other.number]:
                assert room.boys + boys[room.number] - other.boys - boys[other.number] <= 1


@given(lists(), st.integers(1, 9), SEEDS)
def test_the_first_key_is_spread_within_each_sex(children, count, seed):
    rooms = empty(count)
    placed = balance(children=children, rooms=rooms, seed=seed)
    for kind in {(child.sex, child.keys) for child in children}:
        counts = heads(rooms, children, placed, lambda c, kind=kind: (c.sex, c.keys) == kind)
        assert spread(counts.values()) <= 3


@given(lists(), st.integers(1, 9), SEEDS)
def test_the_same_seed_repeats_whatever_the_order_in_which_things_come(children, count, seed):
    rooms = empty(count)
    placed = balance(children=children, rooms=rooms, seed=seed)
    assert balance(children=children[::-1], rooms=rooms[::-1], seed=seed) == placed


def test_the_result_of_a_seed_is_the_same_for_ever():
    """Written down once: a list that was signed must be found again in ten years."""
    children = [
        Child(order=n, sex="12"[n % 2], keys=(f"2020-{n % 3 + 1:02d}",)) for n in range(1, 13)
    ]
    placed = balance(children=children, rooms=empty(3), seed="8136")
    assert lot("8136", "班3")[:12] == "05ce25834d9c"
    assert "".join(str(placed[n]) for n in range(1, 13)) == "321112332123"


def test_another_seed_gives_other_classes():
    children = [Child(order=n, sex="1") for n in range(1, 46)]
    results = {
        tuple(sorted(balance(children=children, rooms=empty(3), seed=str(seed)).items()))
        for seed in range(50)
    }
    assert len(results) == 50


def test_every_pupil_may_come_into_every_class():
    children = [Child(order=n, sex="12"[n % 2], keys=(str(n % 5),)) for n in range(1, 21)]
    seen = Counter()
    for seed in range(600):
        placed = balance(children=children, rooms=empty(4), seed=str(seed))
        seen.update(placed.items())
    assert len(seen) == 20 * 4
    assert min(seen.values()) > 90  # of 150 expected


@pytest.mark.parametrize("together", [True, False])
@given(
    children=lists(most=60),
    count=st.integers(2, 6),
    seed=SEEDS,
    pair=st.tuples(st.integers(0, 59), st.integers(0, 59)),
)
def test_twins_come_together_or_apart_and_the_numbers_stay(together, children, count, seed, pair):
    first, second = (n % max(len(children), 1) + 1 for n in pair)
    if len(children) < 4 * count or first == second:
        return
    rooms = empty(count)
    before = balance(children=children, rooms=rooms, seed=seed)
    wish = Wish(first=first, second=second, together=together)
    try:
        placed = balance(children=children, rooms=rooms, seed=seed, wishes=[wish])
    except CannotBalance:
        sexes = Counter(child.sex for child in children)
        assert min(sexes["1"], sexes["2"]) < 2 * count  # nobody of that sex to change with
        return
    assert (placed[first] == placed[second]) == together
    for fits in (lambda c: c.sex == "1", lambda c: c.sex == "2"):
        assert heads(rooms, children, placed, fits) == heads(rooms, children, before, fits)


@pytest.mark.parametrize(
    "wishes",
    [
        [Wish(first=1, second=1, together=True)],
        [Wish(first=1, second=99, together=True)],
        [Wish(first=1, second=2, together=True), Wish(first=2, second=1, together=False)],
    ],
)
def test_wishes_that_make_no_sense_are_refused(wishes):
    children = [Child(order=n, sex="1") for n in range(1, 11)]
    with pytest.raises(CannotBalance):
        balance(children=children, rooms=empty(2), seed="1", wishes=wishes)


@pytest.mark.parametrize("pairs", [((1, 2), (2, 3)), ((1, 2), (3, 2)), ((2, 1), (1, 3))])
def test_triplets_come_together(pairs):
    children = [Child(order=n, sex="12"[n % 2]) for n in range(1, 46)]
    wishes = [Wish(first=a, second=b, together=True) for a, b in pairs]
    for seed in range(20):
        placed = balance(children=children, rooms=empty(3), seed=str(seed), wishes=wishes)
        assert len({placed[n] for n in (1, 2, 3)}) == 1


def test_too_few_seats_are_said_with_their_number():
    children = [Child(order=n, sex="1") for n in range(1, 8)]
    with pytest.raises(CannotBalance, match="待分班 7 人，所选各班只有 6 个空位，差 1 个"):
        balance(children=children, rooms=empty(2, seats=3), seed="1")


def test_three_thousand_pupils_in_sixty_classes_take_less_than_a_second():
    children = [
        Child(order=n, sex="12"[n % 2], keys=(str(n % 7 == 0), f"村{n % 40}", f"2020-{n % 12:02d}"))
        for n in range(1, 3001)
    ]
    start = time.process_time()
    placed = balance(children=children, rooms=empty(60, seats=50), seed="8136")
    assert time.process_time() - start < 1
    assert Counter(Counter(placed.values()).values()) == {50: 60}
