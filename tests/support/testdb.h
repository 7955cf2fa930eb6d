/*
 * testdb.h - a throw-away MariaDB for one test program.
 *
 * Lives in RT_TEST_DIR on a UNIX socket only, starts in well under a second
 * from a template that is kept in build/, and dies with the test program
 * however that ends. Migrated, with the programs' users and grants, and with
 * two companies that know nothing of each other. Failures end the program.
 */
#ifndef RT_TESTS_SUPPORT_TESTDB_H
#define RT_TESTS_SUPPORT_TESTDB_H

#include "lib/db/db.h"

#define TESTDB_NAME "ringtrace"

/* One tenant with one of everything. n is 0 or 1. */
struct testdb_company {
	struct account_id account;
	struct company_id id;
	struct user_id user; /* owner<n>@example.com, no password */
	struct location_id location;
	struct trunk_id trunk; /* 127.0.0.1:5070 */
	struct destination_id destination;
	struct flow_id flow;        /* published: forwards to destination */
	struct number_id number;    /* +1415555010<n>: fixed, with flow */
	struct number_id pooled[3]; /* +1415555<n>20[0-2], in pool */
	struct number_id tracked;   /* +1415555030<n>: tracker's */
	struct tracker_id tracker;  /* billboard / offline */
	struct pool_id pool;
	struct site_id site; /* key "site-key-<n>", https://site<n>.example */
};

struct testdb {
	char socket[108];
	char secret_dir[128]; /* db_<who>.pw of all programs */
	struct db *db;        /* the server's administrator */
	struct testdb_company company[2];
};

/* 2026-11-20T12:00:00Z: when the two companies were made. */
#define TESTDB_NOW_US INT64_C(1795176000000000)

/* Once per program. */
struct testdb *testdb_start(void);
/* Closes t->db and ends the server. */
void testdb_stop(struct testdb *t);

/* A connection of a program ("store", "dni" ...), or of the administrator
 * (NULL). The caller closes it. timeout_ms 0: the usual. */
struct db *testdb_connect(struct testdb *t, const char *who);

/* kill -9 of the server, and its return with the same data. Connections that
 * are open notice it by themselves. */
void testdb_kill(struct testdb *t);
void testdb_revive(struct testdb *t);

/* The same document, whatever blanks the server has put into it: MariaDB keeps
 * the text, MySQL writes its own. */
bool testdb_same_document(struct slice a, struct slice b);

/* A fresh UUIDv7 at the given time. */
void testdb_id(int64_t wall_us, uint8_t out[ID_BYTES]);

/* Runs a query of one row and one integer column; for counting. */
int64_t testdb_count(struct testdb *t, const char *sql);

#endif
