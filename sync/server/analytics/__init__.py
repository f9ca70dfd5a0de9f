"""What purchases say about the future: numpy, scipy and floats live here and nowhere else.

Never imported by the serving part of the server (it starts without scipy), never by a till, and
nothing computed here is money: an amount that anybody pays or gets comes from the rules.
"""
