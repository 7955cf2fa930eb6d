/*
 * geo_state.h - the states of the United States and provinces of Canada, by
 * name and as ISO 3166-2 writes them: "US-CA".
 *
 * A region of any other country is its two letters, "-" and its name as places
 * have it: "IN-Kerala".
 */
#ifndef RT_CORE_GEO_STATE_H
#define RT_CORE_GEO_STATE_H

#include "lib/base/slice.h"

/* X(region, name), the names as places have them that know no town. */
#define GEO_STATES(X)                           \
	X("US-AL", "Alabama")                   \
	X("US-AK", "Alaska")                    \
	X("US-AZ", "Arizona")                   \
	X("US-AR", "Arkansas")                  \
	X("US-CA", "California")                \
	X("US-CO", "Colorado")                  \
	X("US-CT", "Connecticut")               \
	X("US-DE", "Delaware")                  \
	X("US-DC", "Washington D.C.")           \
	X("US-FL", "Florida")                   \
	X("US-GA", "Georgia")                   \
	X("US-HI", "Hawaii")                    \
	X("US-ID", "Idaho")                     \
	X("US-IL", "Illinois")                  \
	X("US-IN", "Indiana")                   \
	X("US-IA", "Iowa")                      \
	X("US-KS", "Kansas")                    \
	X("US-KY", "Kentucky")                  \
	X("US-LA", "Louisiana")                 \
	X("US-ME", "Maine")                     \
	X("US-MD", "Maryland")                  \
	X("US-MA", "Massachusetts")             \
	X("US-MI", "Michigan")                  \
	X("US-MN", "Minnesota")                 \
	X("US-MS", "Mississippi")               \
	X("US-MO", "Missouri")                  \
	X("US-MT", "Montana")                   \
	X("US-NE", "Nebraska")                  \
	X("US-NV", "Nevada")                    \
	X("US-NH", "New Hampshire")             \
	X("US-NJ", "New Jersey")                \
	X("US-NM", "New Mexico")                \
	X("US-NY", "New York")                  \
	X("US-NC", "North Carolina")            \
	X("US-ND", "North Dakota")              \
	X("US-OH", "Ohio")                      \
	X("US-OK", "Oklahoma")                  \
	X("US-OR", "Oregon")                    \
	X("US-PA", "Pennsylvania")              \
	X("US-RI", "Rhode Island")              \
	X("US-SC", "South Carolina")            \
	X("US-SD", "South Dakota")              \
	X("US-TN", "Tennessee")                 \
	X("US-TX", "Texas")                     \
	X("US-UT", "Utah")                      \
	X("US-VT", "Vermont")                   \
	X("US-VA", "Virginia")                  \
	X("US-WA", "Washington State")          \
	X("US-WV", "West Virginia")             \
	X("US-WI", "Wisconsin")                 \
	X("US-WY", "Wyoming")                   \
	X("CA-AB", "Alberta")                   \
	X("CA-BC", "British Columbia")          \
	X("CA-MB", "Manitoba")                  \
	X("CA-NB", "New Brunswick")             \
	X("CA-NL", "Newfoundland and Labrador") \
	X("CA-NS", "Nova Scotia")               \
	X("CA-NT", "Northwest Territories")     \
	X("CA-NU", "Nunavut")                   \
	X("CA-ON", "Ontario")                   \
	X("CA-PE", "Prince Edward Island")      \
	X("CA-QC", "Quebec")                    \
	X("CA-SK", "Saskatchewan")              \
	X("CA-YT", "Yukon")

/* For people: "California", "Kerala"; the region itself when it is none.
 * Borrowed from it or static. */
struct slice geo_state_label(struct slice region);
/* The region that people mean by "California" or "ca", in any case; else what
 * they wrote, as a region is written already. */
struct slice geo_state_region(struct slice text);

#endif
