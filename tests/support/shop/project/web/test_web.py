from web import price


def test_price() -> None:
    assert price(10) == 12
