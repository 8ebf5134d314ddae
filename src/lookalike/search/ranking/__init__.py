"""From a query to ordered answers: candidates, exact scores, geometry, relation, explanation."""
