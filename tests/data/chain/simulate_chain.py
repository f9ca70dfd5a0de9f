#!/usr/bin/env python3
"""Deterministic receipt stream for a chain of stores, stdlib only. Own code; distributions come from workload.json.

python3 simulate_chain.py --stores 10 --tills 4 --days 1 --per-day 1000 --seed 1 > receipts.jsonl
One JSON object a line, in time order: at, store, till, seq, member (card or null), id_method, lines [[ean, qty, price_kop]...], redeem_want, offline (till has no link then).
"""
import argparse, bisect, csv, datetime as dt, heapq, itertools, json, os, random, sys
HERE = os.path.dirname(os.path.abspath(__file__))

def main():
    a = argparse.ArgumentParser(); A = a.add_argument
    A('--stores', type=int, default=10); A('--tills', type=int, default=4); A('--days', type=int, default=1)
    A('--per-day', type=float, default=1000); A('--identified', type=float, default=0.70); A('--members', type=int, default=5000)
    A('--offline-share', type=float, default=0.02, help='share of store-hours without a link'); A('--seed', type=int, default=1)
    A('--start', default='2026-03-02'); A('--catalogue', required=True); A('--members-file', required=True)
    o = a.parse_args(); R = random.Random(o.seed); W = json.load(open(os.path.join(HERE, 'workload.json'), encoding='utf-8'))
    cat = [(r['ean'], int(r['price_kop'])) for r in csv.DictReader(open(o.catalogue, encoding='utf-8'))]; R.shuffle(cat)
    zw = list(itertools.accumulate((i + 30) ** -0.80 for i in range(len(cat))))      # flattened head, as in the real baskets
    cards = [r['card_ean'] for r in csv.DictReader(open(o.members_file, encoding='utf-8'))]
    while len(cards) < o.members: cards.append('2991%08d' % len(cards)); cards[-1] += str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(cards[-1])) % 10)
    mw = list(itertools.accumulate(R.lognormvariate(0, 1.25) for _ in range(o.members)))  # heavy tail of visits
    home = [R.randrange(o.stores) for _ in range(o.members)]; by_store = [[] for _ in range(o.stores)]
    for i, h in enumerate(home): by_store[h].append(i)
    acc = [list(itertools.accumulate(R.lognormvariate(0, 1.25) for _ in s)) for s in by_store]
    icdf = W['ta_feng']['icdf_lines']; hours = {int(k): v for k, v in W['ru_pharmacy']['hour_pct'].items()}
    hk = sorted(hours); hw = list(itertools.accumulate(hours[k] for k in hk)); dow = [W['ta_feng']['dow_mon0_pct'][str(k)] * 7 / 100 for k in range(7)]
    qk, qw = [1, 2, 3, 4, 5, 6], list(itertools.accumulate(W['ta_feng']['qty_per_line'][str(k)] for k in range(1, 7)))
    pick = lambda keys, w: keys[bisect.bisect_left(w, R.random() * w[-1])]
    size = [R.lognormvariate(0, .45) for _ in range(o.stores)]; m = sum(size) / len(size); size = [s / m for s in size]
    d0 = dt.date.fromisoformat(o.start); seq = {}
    for d in range(o.days):
        day = d0 + dt.timedelta(days=d); ev = []
        dark = {(s, h) for s in range(o.stores) for h in hk if R.random() < o.offline_share}
        for s in range(o.stores):
            lam = o.per_day * size[s] * dow[day.weekday()]; n = max(0, round(R.gauss(lam, lam ** .5)))
            for _ in range(n): h = pick(hk, hw); heapq.heappush(ev, (h * 3600 + R.randrange(3600), s, R.randrange(o.tills)))
        while ev:
            t, s, till = heapq.heappop(ev); k = (s, till); seq[k] = seq.get(k, 0) + 1
            u = R.random() * 100; i = int(u); nl = max(1, round(icdf[i] + (icdf[i + 1] - icdf[i]) * (u - i))) if i < 100 else 1
            lines = {}
            for _ in range(nl):
                e, p = cat[bisect.bisect_left(zw, R.random() * zw[-1])]; q = pick(qk, qw); lines[e] = [e, lines[e][1] + q if e in lines else q, p]
            mem = None; how = None
            if R.random() < o.identified:
                if R.random() < .885 and by_store[s]: mem = cards[by_store[s][bisect.bisect_left(acc[s], R.random() * acc[s][-1])]]
                else: mem = cards[bisect.bisect_left(mw, R.random() * mw[-1])]
                how = R.choices(['card', 'qr', 'phone'], [45, 35, 20])[0]
            print(json.dumps({'at': f'{day}T{t//3600:02d}:{t//60%60:02d}:{t%60:02d}', 'store': s + 1, 'till': till + 1, 'seq': seq[k], 'member': mem, 'id_method': how, 'lines': list(lines.values()), 'redeem_want': bool(mem and R.random() < .314), 'offline': (s, t // 3600) in dark}, separators=(',', ':')))
main()
