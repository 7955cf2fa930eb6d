/*
 * db_pool_use.h - how full pools are and were.
 *
 * Hours that have ended are in pool_hour, made by jobd; the hour that runs is
 * read from the leases themselves. Rows live in the caller's arena.
 */
#ifndef RT_DB_DB_POOL_USE_H
#define RT_DB_DB_POOL_USE_H

#include "lib/base/arena.h"
#include "lib/core/pool_use.h"
#include "lib/db/db.h"

/* Leases of one hour; more are not read: a pool of 100,000 numbers that all
 * change hands ten times. */
#define DB_POOL_USE_LEASES_MAX 1000000

/* From the leases: [from_us, to_us), at most some hours; resting as the pool
 * has it now. */
RT_MUST_USE enum err db_pool_use_span(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct pool_use *out);

struct pool_hour {
	int64_t hour_us;
	uint32_t leases;
	uint32_t peak; /* held or resting: struct pool_use */
	uint64_t held_s;
	uint32_t numbers; /* there were then */
	uint32_t rest_s;  /* that peak goes by */
};
/* Written over when it is there, but for numbers. */
RT_MUST_USE enum err db_pool_use_put(struct db *db, struct company_id company,
    struct pool_id pool, const struct pool_hour *row);
#define DB_POOL_USE_HOURS_MAX ((size_t)100 * 24)
/* From from_us to before to_us, earliest first. */
RT_MUST_USE enum err db_pool_use_hours(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct arena *mem,
    struct pool_hour **rows, size_t *n);

/* A pool that jobd keeps hours of. */
struct pool_use_pool {
	struct company_id company;
	struct pool_id pool;
	char name[DB_NAME_BYTES];
	uint32_t numbers;
	uint32_t rest_s; /* pool_row's min_reuse_s */
	int64_t created_us;
	int64_t last_us;  /* latest hour that is made; 0: none */
	int64_t other_us; /* earliest hour made by another rest; 0: none */
};
#define DB_POOL_USE_POOLS_MAX 10000
/* Of all companies, those not archived. other_us is of hours from from_us on,
 * and of those whose leases the company keeps: older ones stay as they are. */
RT_MUST_USE enum err db_pool_use_pools(struct db *db, int64_t from_us,
    int64_t now_us, struct arena *mem, struct pool_use_pool **rows, size_t *n);

/* Forgets the numbers that left the pool before before_us and are held by
 * nobody since: the hours from then on can still be made. */
RT_MUST_USE enum err db_pool_use_forget(struct db *db,
    struct company_id company, struct pool_id pool, int64_t before_us);

struct pool_use_name {
	struct pool_id id;
	char name[DB_NAME_BYTES];
};
#define DB_POOL_USE_NAMES_MAX 10000
/* By name. */
RT_MUST_USE enum err db_pool_use_names(struct db *db, struct company_id company,
    struct arena *mem, struct pool_use_name **rows, size_t *n);

/* What is said of a pool. */
struct pool_use_row {
	struct pool_id id;
	char name[DB_NAME_BYTES];
	uint32_t numbers;
	uint32_t held;      /* of these, now */
	uint32_t held_left; /* of others, that were taken out of the pool */
	uint32_t resting;   /* of its numbers: held by nobody, not free yet */
	uint32_t min_reuse_s;
};
/* ERR_NOTFOUND: the company has no such pool. */
RT_MUST_USE enum err db_pool_use_one(struct db *db, struct company_id company,
    struct pool_id pool, int64_t now_us, struct pool_use_row *out);

/* What visits were given, by kind of pool_count. */
struct pool_given {
	int64_t at_us; /* begin of the hour, or of the period */
	uint64_t leased;
	uint64_t extended;
	uint64_t source;
	uint64_t overflow;
	uint64_t none;
	uint64_t robot;
	uint64_t hidden; /* nothing was shown yet */
	/* Why those of source, overflow and none got no number of the pool. */
	uint64_t full; /* none was free */
	uint64_t noconsent;
	uint64_t flood; /* too many visits of one address */
	uint64_t away;  /* the database or the pool's server was */
};
/* By hour, earliest first; hours without a visit have no row. */
RT_MUST_USE enum err db_pool_use_given(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct arena *mem,
    struct pool_given **rows, size_t *n);
/* Where the pool is heading, by the hours that are made of the last
 * POOL_USE_DAYS_MAX days; days end now. */
struct pool_use_size {
	uint32_t numbers; /* of the pool */
	uint32_t rest_s;  /* and how long they rest */
};
RT_MUST_USE enum err db_pool_use_trend(struct db *db, struct company_id company,
    struct pool_id pool, const struct pool_use_size *size, int64_t now_us,
    struct arena *mem, struct pool_use_trend *out);

/* The latest leases that began some time ago, so that those which last are as
 * many as they are: of an hour ago, or of before_us when there is none yet. One
 * that lives on counts to before_us. Latest first. */
#define DB_POOL_USE_SAMPLE      2000
#define DB_POOL_USE_SAMPLE_BACK RT_HOUR_US
RT_MUST_USE enum err db_pool_use_sample(struct db *db,
    struct company_id company, struct pool_id pool, int64_t before_us,
    struct arena *mem, struct pool_use_lease **rows, size_t *n);

/* How long numbers had rested, [from_us, to_us), when they went to another
 * visitor: before each of the DB_POOL_USE_SAMPLE latest leases, where there was
 * one. However many numbers the pool has. */
RT_MUST_USE enum err db_pool_use_rests(struct db *db, struct company_id company,
    struct pool_id pool, int64_t before_us, struct arena *mem,
    struct pool_use_lease **rows, size_t *n);

#endif
