/*
 * testdb_dice.h - calls by the hundred, made by the server itself from dice,
 * for tests that hold what is read in two ways against each other. Pieces of
 * SQL: k is a company, s.seq the number of one of its calls.
 */
#ifndef RT_TESTS_SUPPORT_TESTDB_DICE_H
#define RT_TESTS_SUPPORT_TESTDB_DICE_H

#define DICE_TEXT_OF(n) #n
#define DICE_TEXT(n)    DICE_TEXT_OF(n)

/* A number below 97 that depends on the call and a letter. */
#define DICE(letter) "(CRC32(CONCAT(s.seq, '" letter "', HEX(k.id))) % 97)"
/* A moment within so many days after the timestamp from, a text. */
#define DICE_AT(from, days)                               \
	"(TIMESTAMP '" from                               \
	"' + INTERVAL CRC32(CONCAT(s.seq, HEX(k.id))) % " \
	"(86400 * " DICE_TEXT(days) ") SECOND)"
/* So many of each company. */
#define DICE_EACH(calls)                                                \
	" FROM company k CROSS JOIN (WITH RECURSIVE n AS (SELECT 1 AS " \
	"seq UNION ALL SELECT seq + 1 FROM n WHERE seq < " DICE_TEXT(   \
	    calls) ") SELECT seq FROM n) s"

#endif
