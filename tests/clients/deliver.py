"""Delivers with Segment's own client for Python, and prints the message ids.

The arguments: the collector's URL; "gzip" or "plain"; how many events. Fails if the client reports an error.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

from segment.analytics.client import Client

host, compression, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
errors = []
client = Client(
    "shop",
    host=host,
    gzip=compression == "gzip",
    on_error=lambda error, batch: errors.append(error),
)
client.identify("u-1", {"tier": "gold"})
client.page(anonymous_id="a-1", category="手机", name="列表")
client.group("u-1", "g-1", {"name": "family"})
client.alias("a-1", "u-1")
ids = [f"{compression}-{number}" for number in range(count)]
for message_id in ids:
    client.track(
        anonymous_id="a-1",
        event="Product Viewed",
        properties={"product_id": "手机-1", "price": 1999.5},
        timestamp=datetime.now(timezone.utc) - timedelta(minutes=1),
        message_id=message_id,
    )
client.shutdown()
if errors:
    sys.exit(f"the client reports: {errors}")
json.dump(ids, sys.stdout)
