"""Prices as feeds write them."""

import re
from decimal import Decimal

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
    KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST
    XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905
)
"""ISO 4217 codes of money that is in use."""

MAX_PRICE = Decimal(10) ** 12
_DECIMALS = 4
_LONGEST = 60
_CENT = Decimal("0.01")
_SHAPE = re.compile(r"(?P<before>[A-Za-z]{3})?\s*(?P<amount>[-+]?[0-9.,'\s]*[0-9])\s*(?P<after>[A-Za-z]{3})?")


class PriceError(ValueError):
    """Why a text is no price; complete after "price"."""


def parse_price(text: str, default_currency: str | None = None) -> tuple[Decimal, str]:
    """Amount and ISO 4217 currency of "15.00 USD", "USD 15.00", "15,00 EUR" or "1,299.00 USD".

    A comma before exactly three digits separates thousands (but in "0,125"), any other last separator
    the decimals.
    Raises PriceError.
    """
    text = text.strip()
    match = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or (match["before"] and match["after"]):
        raise PriceError(f'"{text[:40]}" is not an amount and a currency; write it like "15.00 USD"')
    currency = (match["before"] or match["after"] or default_currency or "").strip().upper()
    if not currency:
        raise PriceError(f'"{text[:40]}" has no currency; write it like "15.00 USD"')
    if currency not in CURRENCIES:
        raise PriceError(f'"{currency[:40]}" is not an ISO 4217 currency; write it like "15.00 USD"')
    return _amount(match["amount"], text), currency


def canonical(amount: Decimal) -> Decimal:
    """The amount with two decimals, or as many as it needs."""
    short = amount.quantize(_CENT)
    return short if short == amount else amount.normalize()


def _amount(digits: str, text: str) -> Decimal:
    if digits.startswith("-"):
        raise PriceError(f'"{text[:40]}" is negative')
    digits = re.sub(r"[\s']", "", digits).removeprefix("+")
    whole, mark, decimals = digits, "", ""
    at = max(digits.rfind("."), digits.rfind(","))
    if at >= 0:
        whole, mark, decimals = digits[:at], digits[at], digits[at + 1 :]
        grouped = mark in whole or (mark == "," and "." not in whole and whole.strip("0") != "")
        if len(decimals) == 3 and grouped:
            whole, decimals = digits, ""
    groups = re.split(r"[.,]", whole)
    separators = set(whole) & {".", ","}
    badly_grouped = len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])
    )
    if badly_grouped or len(separators) > 1 or (decimals and mark in separators):
        raise PriceError(f'"{text[:40]}" is not a readable amount; write it like "1299.00 USD"')
    if len(decimals.rstrip("0")) > _DECIMALS:
        raise PriceError(f'"{text[:40]}" has more than {_DECIMALS} decimals')
    amount = Decimal(f"{''.join(groups) or '0'}.{decimals[:_DECIMALS] or '0'}")
    if amount >= MAX_PRICE:
        raise PriceError(f'"{text[:40]}" is too large')
    return canonical(amount)
