#include "cgi/form/site_links.h"

#include "cgi/form/thing.h"

/* docs/install/tracking-templates.md has the same; a test compares them. */
static const struct {
	const char *where;
	const char *text;
} templates[] = {
	{ "Google Ads: account settings, Tracking, Tracking template."
	  " Auto-tagging on.",
	    "{lpurl}?utm_source=google&utm_medium=cpc&utm_campaign={campaignid}"
	    "&utm_term={keyword}&campaign_id={campaignid}"
	    "&adgroup_id={adgroupid}&ad_id={creative}&match_type={matchtype}"
	    "&network={network}&device={device}&placement={placement}"
	    "&loc_physical_ms={loc_physical_ms}" },
	{ "Microsoft Advertising: Settings, Account level options, Tracking"
	  " template. Auto-tagging of the click id on.",
	    "{lpurl}?utm_source=bing&utm_medium=cpc&utm_campaign={Campaign}"
	    "&utm_term={keyword}&campaign_id={CampaignId}"
	    "&adgroup_id={AdGroupId}&ad_id={AdId}&match_type={MatchType}"
	    "&network={Network}&device={Device}"
	    "&loc_physical_ms={loc_physical_ms}" },
	{ "Meta: the ad, Tracking, URL parameters.",
	    "utm_source=facebook&utm_medium=paid_social"
	    "&utm_campaign={{campaign.name}}&utm_content={{ad.name}}"
	    "&campaign_id={{campaign.id}}&adset_id={{adset.id}}"
	    "&ad_id={{ad.id}}&placement={{placement}}"
	    "&network={{site_source_name}}" },
	{ "TikTok: the ad, URL parameters.",
	    "utm_source=tiktok&utm_medium=paid_social"
	    "&utm_campaign=__CAMPAIGN_NAME__&campaign_id=__CAMPAIGN_ID__"
	    "&adgroup_id=__AID__&ad_id=__CID__&placement=__PLACEMENT__" },
};

void site_links_more(struct view *v)
{
	struct view *x = thing_extra(v, "links", "Links of your ads",
	    "Paste these into the ad platforms, and each click says its"
	    " campaign, ad, keyword, device and place.");

	for (size_t i = 0; i < RT_ARRAY_LEN(templates); i++)
		thing_extra_text(x, templates[i].where, templates[i].text);
}
