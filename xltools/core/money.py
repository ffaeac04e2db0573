"""Money as Decimal: rounding, line amounts, and amounts in Chinese capitals."""

from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)  # 15 digits times 15 digits outgrow the usual 28
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_LARGEST = Decimal(10) ** 16
_PLACES = tuple(Decimal(1).scaleb(-scale) for scale in range(16))  # made once: every number read is rounded


def round_to(value: Decimal, scale: int) -> Decimal:
    """The value at `scale` decimal places, half up."""
    place = _PLACES[scale] if 0 <= scale < len(_PLACES) else Decimal(1).scaleb(-scale)
    return value.quantize(place, context=_WIDE)


def round_cents(value: Decimal) -> Decimal:
    """The value at two decimal places, half up."""
    return value.quantize(CENT, context=_WIDE)


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal | None = None) -> Decimal:
    """Quantity × price × (1 − discount), half up to the cent: the amount of one order line."""
    return round_cents(_WIDE.multiply(_WIDE.multiply(quantity, unit_price), 1 - (discount or Decimal(0))))


def rmb_capitals(amount: Decimal) -> str:
    """A renminbi amount in the capitals that contracts and cheques use, with the prefix 人民币.

    Rounds to the cent first, half up. Rule: 中国人民银行《支付结算办法》(银发〔1997〕393号) Annex 1: 整 after 元,
    none after 分, 零 for zeros between digits. ValueError from ten quadrillion (10**16) upwards.
    """
    amount = round_cents(amount)
    if abs(amount) >= _LARGEST:
        raise ValueError(f"too large to write in capitals: {amount}")
    sign = "负" if amount < 0 else ""
    yuan, cents = divmod(int(abs(amount) * 100), 100)
    jiao, fen = divmod(cents, 10)
    if not yuan and not cents:
        return "人民币零元整"
    words = f"{_integer_capitals(yuan)}元" if yuan else ""
    if not cents:
        return f"人民币{sign}{words}整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif yuan and fen:
        words += "零"
    if fen:
        words += _DIGITS[fen] + "分"
    return f"人民币{sign}{words}"


def _integer_capitals(number: int) -> str:
    words, pending_zero = "", False
    groups = [(number // 10**shift) % 10_000 for shift in (12, 8, 4, 0)]
    for index, group in enumerate(groups):
        if not group:
            pending_zero = bool(words)
            continue
        if words and (pending_zero or group < 1000):
            words += "零"
        words += _group_capitals(group) + ("", "万", "亿", "万")[3 - index]
        if index == 0 and not groups[1]:
            words += "亿"
        pending_zero = False
    return words


def _group_capitals(group: int) -> str:
    words, pending_zero = "", False
    for shift in (3, 2, 1, 0):
        digit = group // 10**shift % 10
        if not digit:
            pending_zero = bool(words)
            continue
        words += ("零" if pending_zero else "") + _DIGITS[digit] + _UNITS[shift]
        pending_zero = False
    return words
