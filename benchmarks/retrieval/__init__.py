"""The product index measured beside other libraries; see `docs/retrieval-benchmark.md`."""
