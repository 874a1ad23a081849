from web import price


def test_price():
    assert price(10) == 12
