/*
 * botua.h - does this User-Agent belong to a robot?
 *
 * Robots never take a number from a pool: they see the number that stands on
 * the page. A missing User-Agent counts as a robot, every browser sends one.
 * Automated browsers name themselves ("HeadlessChrome") and count too.
 */
#ifndef RT_CORE_BOTUA_H
#define RT_CORE_BOTUA_H

#include "lib/base/slice.h"

bool botua_is_robot(struct slice user_agent);

#endif
