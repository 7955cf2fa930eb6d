/*
 * money.h - amounts of money as people and files write them.
 *
 * Pure. Amounts are micro-units; no floating point anywhere.
 */
#ifndef RT_CORE_MONEY_H
#define RT_CORE_MONEY_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define MONEY_MICROS INT64_C(1000000)
/* Largest amount read: a thousand million units. */
#define MONEY_MAX (INT64_C(1000000000) * MONEY_MICROS)

/* "1250", "1250.5", "1,250.50", "-3.25", "$12", up to six decimals; a comma is
 * only a separator of thousands, and then every three digits. ERR_SYNTAX;
 * ERR_RANGE: beyond MONEY_MAX. */
RT_MUST_USE enum err money_parse(struct slice s, int64_t *micros);

#endif
