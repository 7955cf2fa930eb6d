// seed_rerun.mjs - a preview of calls that are credited again, as jobd leaves it.
import { dice, quote, typeid, uuid } from './seed.mjs';

/** Of the oldest company; its public id. Twice is the same one. */
export function seedRerun(stack) {
	const known = stack.sqlOne("SELECT COALESCE(MIN(LOWER(HEX(id))), '') FROM attrib_run");
	if (known !== '') return typeid('arn', known);
	const id = uuid(Date.now(), dice(41)), own = '(SELECT id FROM company ORDER BY id LIMIT 1)';
	const counts = [
		['source', 'google', 'cpc', 180, 171], ['source', 'google', 'organic', 92, 95], ['source', 'direct', 'none', 51, 44], ['source', '', '', 22, 37],
		['source', 'facebook', 'paid_social', 31, 29], ['source', 'Bay Area neighbourhood newsletter, autumn edition', 'email', 12, 12],
		['move', 'visit', 'visit', 310, 310], ['move', 'visit', 'nothing', 17, 17], ['move', 'source', 'visit', 9, 9], ['move', 'nothing', 'nothing', 52, 52],
		['law', '3', '', 280, 30], ['law', '', '', 108, 11], ['gone', '', '', 4, 4],
	];
	stack.sql(`INSERT INTO attrib_run (company_id, id, state, applies, from_at, to_at, rule_version, law_version, threshold_bp, made_at, ended_at, calls, looked, changed, moved,
			visit_moved, source_moved) SELECT id, x'${id}', 'done', 0, UTC_TIMESTAMP() - INTERVAL 30 DAY, UTC_TIMESTAMP(), 2, 4, 6000, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 388, 388, 41, 29, 6, 20
			FROM company WHERE id = ${own};
		${counts.map(([kind, a, b, before, now]) => `INSERT INTO attrib_run_count VALUES (${own}, x'${id}', '${kind}', ${quote(a)}, ${quote(b)}, ${before}, ${now});`).join('\n')}
		INSERT INTO attrib_run_call SELECT company_id, x'${id}', 1, id, happened_at, 'visit', 6400, source, medium, campaign, 'nothing', 0, '', '', '' FROM interaction
			WHERE company_id = ${own} AND kind = 'call' AND attributed_by = 'visit' ORDER BY id LIMIT 29;
		INSERT INTO attrib_run_call SELECT company_id, x'${id}', 0, id, happened_at, 'visit', probability_bp, source, medium, campaign, 'visit', 7100, source, medium, campaign FROM interaction
			WHERE company_id = ${own} AND kind = 'call' AND attributed_by = 'visit' ORDER BY id DESC LIMIT 12;`);
	return typeid('arn', id);
}
