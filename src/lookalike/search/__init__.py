"""From a query to answers: ingest, engine, fusion, and the library that binds them."""
