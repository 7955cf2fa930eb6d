/*
 * db_blank.h - how words about people go out of what was said of a call or a
 * form elsewhere: for their erasure and for the term of callers.
 *
 * Parts of statements; each ends where its WHERE begins.
 */
#ifndef RT_DB_DB_BLANK_H
#define RT_DB_DB_BLANK_H

/* What was told of it is told anew, without their words, when it is sent
 * again. Deliveries d are found by their hooks w. */
#define BLANK_TOLD                                 \
	"UPDATE webhook w JOIN webhook_delivery d" \
	" ON d.company_id = w.company_id AND d.webhook_id = w.id"
#define BLANK_TOLD_SET " SET d.body = NULL, d.answer = ''"

/* What was written about it, said again in the audit log a: that somebody wrote
 * stays, the words go. */
#define BLANK_AUDIT_SET                                                     \
	" SET a.before_json = JSON_REPLACE(a.before_json, '$.note', NULL)," \
	" a.after_json = JSON_REPLACE(a.after_json, '$.note', NULL)"

/* Jobs j: mails that are not sent yet, or were given up. */
#define BLANK_MAIL_SET \
	" SET j.state = 'done', j.payload = '', j.ended_at = j.created_at"
#define IS_MAIL_LEFT           \
	" AND j.kind = 'mail'" \
	" AND j.state IN ('ready', 'running', 'dead')"

#endif
