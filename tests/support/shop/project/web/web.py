"""The web service of the test shop."""


def price(net: int) -> int:
    return net + net // 5


if __name__ == "__main__":
    print(price(10))
