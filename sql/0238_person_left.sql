-- Browsers whose visits went at their term stayed with their person, for ever;
-- so did persons of whom nothing is left.
DELETE FROM person_visitor WHERE NOT EXISTS (SELECT 1 FROM visit v
	WHERE v.company_id = person_visitor.company_id
	AND v.visitor_id = person_visitor.visitor_id);

DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM person_visitor v
	WHERE v.company_id = person.company_id AND v.person_id = person.id)
	AND NOT EXISTS (SELECT 1 FROM person_caller c
	WHERE c.company_id = person.company_id AND c.person_id = person.id);
