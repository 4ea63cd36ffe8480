"""Figures of UCI Online Retail, from its CSV files alone: what the warehouse is compared with.

Nothing of MetaLayer is in it: Python's own csv and decimal, and the rules that the example states. A line counts when
it has a customer, is no cancellation, and quantity and price are above 0; an exact copy of a line counts once.

    python3 tests/figures/online_retail.py ../shared/data/online-retail > tests/figures/online_retail.csv
"""

import csv
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path


def lines(folder):
    seen = set()
    for path in sorted(Path(folder).glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                line = tuple(row.values())
                valid = (
                    row["CustomerID"].strip()
                    and not row["InvoiceNo"].startswith("C")
                    and int(row["Quantity"]) > 0
                    and Decimal(row["UnitPrice"]) > 0
                )
                if valid and line not in seen:
                    seen.add(line)
                    yield row


def main(folder):
    months = defaultdict(lambda: [0, set(), set(), 0, Decimal(0)])
    countries = defaultdict(lambda: [0, set(), set(), 0, Decimal(0)])
    firsts, active = {}, defaultdict(set)
    products = defaultdict(Decimal)
    for row in lines(folder):
        month, customer = row["InvoiceDate"][:7], row["CustomerID"]
        amount = int(row["Quantity"]) * Decimal(row["UnitPrice"])
        for figures in (months[month], countries[row["Country"]]):
            figures[0] += 1
            figures[1].add(row["InvoiceNo"])
            figures[2].add(customer)
            figures[3] += int(row["Quantity"])
            figures[4] += amount
        firsts[customer] = min(month, firsts.get(customer, month))
        active[month].add(customer)
        products[row["StockCode"]] += amount

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["what", "of", "lines", "invoices", "customers", "quantity", "revenue"])
    for what, all_of in (("month", months), ("country", countries)):
        for name, (count, invoices, customers, quantity, amount) in sorted(all_of.items()):
            out.writerow([what, name, count, len(invoices), len(customers), quantity, amount])
    # cohort by month of its purchases: how many of its customers bought
    for cohort in sorted(set(firsts.values())):
        members = {customer for customer, first in firsts.items() if first == cohort}
        for month in sorted(active):
            bought = len(members & active[month])
            if bought:
                out.writerow(["cohort", f"{cohort} {month}", "", "", bought, "", ""])
    # ABC: from the greatest on, A until those before come to 80 % of all, B until 95 %; equals are together
    whole, greater, classes = sum(products.values()), Decimal(0), defaultdict(int)
    for amount in sorted(set(products.values()), reverse=True):
        equals = sum(1 for other in products.values() if other == amount)
        name = "A" if greater < Decimal("0.8") * whole else "B" if greater < Decimal("0.95") * whole else "C"
        classes[name] += equals
        greater += amount * equals
    for name, count in sorted(classes.items()):
        out.writerow(["class", name, count, "", "", "", ""])


if __name__ == "__main__":
    main(sys.argv[1])
