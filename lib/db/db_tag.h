/*
 * db_tag.h - what the lease server must know of every site that has the tag.
 *
 * Read whole, of all companies, when config_version has moved. For the lease
 * server only; each() may keep nothing of what it is given.
 */
#ifndef RT_DB_TAG_H
#define RT_DB_TAG_H

#include "lib/db/db.h"

#define DB_TAG_E164_MAX    16
#define DB_TAG_TOKEN_BYTES 32

struct tag_site {
	struct company_id company;
	struct site_id id;
	struct pool_id pool; /* nil: none */
	char key[41];
	char consent[9]; /* assume require */
	char country[3]; /* of the company */
	bool has_token;
	uint8_t token_hash[DB_TAG_TOKEN_BYTES];
};

struct tag_origin {
	struct site_id site;
	char origin[256];
};

/* A number on the site's pages that is to be replaced. */
struct tag_target {
	struct site_id site;
	char e164[DB_TAG_E164_MAX + 1];
};

/* A source tracker with a rule for a site. */
struct tag_tracker {
	struct site_id site;
	struct number_id number;
	char e164[DB_TAG_E164_MAX + 1];
	char match_kind[17];
	char match_value[256];
};

/* A parameter of the site's own links and the visit's field it stands for. */
struct tag_param {
	struct site_id site;
	char param[65];
	char field[33];
};

struct tag_pool {
	struct company_id company;
	struct pool_id id;
	struct number_id overflow;               /* nil: none */
	char overflow_e164[DB_TAG_E164_MAX + 1]; /* "" none */
	uint64_t lease_s;
	uint64_t min_reuse_s;
	char overflow_policy[9]; /* source overflow own */
};

struct tag_reader {
	void *ctx;
	void (*site)(void *ctx, const struct tag_site *s);
	void (*origin)(void *ctx, const struct tag_origin *o);
	void (*target)(void *ctx, const struct tag_target *t);
	void (*tracker)(void *ctx, const struct tag_tracker *t);
	void (*param)(void *ctx, const struct tag_param *p);
	void (*pool)(void *ctx, const struct tag_pool *p);
};

/* Moves whenever one of the tables below changes. */
RT_MUST_USE enum err db_tag_version(struct db *db, uint64_t *version);
/* In that order, in one transaction. */
RT_MUST_USE enum err db_tag_read(struct db *db, const struct tag_reader *to);

/* The tag's last request from a site, for its health page. */
RT_MUST_USE enum err db_tag_seen(struct db *db, struct company_id company,
    struct site_id site, int64_t now_us);

#endif
