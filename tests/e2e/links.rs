//! Links, as people paste them, and what is none.

use crate::browser::Browser::{self, Chromium};
use crate::page::FAR_LIMIT;
use crate::stage::journey;

in_each_browser!(what_is_no_memo_link_is_refused);
fn what_is_no_memo_link_is_refused(browser: Browser) {
    let junk = "%F0%9F%92%A9%00%22%3Cscript%3Ealert(1)%3C/script%3E&seeds=;=&".repeat(10 * 1024 / 60);
    let links = [
        ("no seeds", "/share".to_owned()),
        ("empty seeds", "/share?seeds=".to_owned()),
        ("random text", "/share?seeds=hello%20world".to_owned()),
        ("a truncated magnet", "/share?seeds=magnet%3A%3Fxt%3Durn%3Abt".to_owned()),
        ("a magnet cut in its infohash", format!("/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3A{}", "a1".repeat(13))),
        ("an infohash that is too short", format!("/share?seeds={}", "a".repeat(39))),
        ("an infohash that is too long", format!("/share?seeds={}", "a".repeat(41))),
        ("another magnet", format!("/share?seeds=magnet%3A%3Fxt%3Durn%3Abtmh%3A1220{}", "ab".repeat(32))),
        ("a broken escape", "/share?seeds=%E0%A4%A&seeds=%".to_owned()),
        ("10 KB of junk", format!("/share?seeds={junk}")),
    ];
    journey(async |stage| {
        let device = stage.device(browser).await;
        for (what, link) in &links {
            device.open(link).await;
            device.is_at(&["failed"], FAR_LIMIT).await;
            assert!(device.text().await.to_lowercase().contains("link"), "{what}: {}", device.outline().await);
            for store in ["memos", "torrents", "audio"] {
                assert!(device.stored(store, "id").await.is_empty(), "{what} left something in {store}");
            }
        }
        assert_eq!(device.library().await, Vec::<String>::new());
    });
}

#[test]
fn links_are_understood_as_people_paste_them() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Pasted", 1.0).await;
        let link = sender.shares().await;
        let encoded = link.split_once("seeds=").expect("seeds").1;
        let info_hash = encoded.split("btih%3A").nth(1).expect("an infohash").get(..40).expect("40 digits");
        let variants = [
            ("encoded twice", format!("/share?seeds={}", encoded.replace('%', "%25"))),
            ("after #", format!("/share#seeds={encoded}")),
            ("a bare infohash", format!("/share?seeds={info_hash}")),
            ("a bare infohash in capitals", format!("/share?seeds={}", info_hash.to_uppercase())),
        ];
        let listener = stage.device(Chromium).await;
        let path = listener.receives(&link).await;
        for (what, variant) in &variants {
            listener.open(variant).await;
            assert_eq!(listener.arrives_at("/memo/", FAR_LIMIT).await, path, "{what} leads elsewhere");
        }
        assert_eq!(listener.library().await, ["Pasted"]);
    });
}

#[test]
fn an_unknown_address_leads_home() {
    journey(async |stage| {
        let device = stage.device(Chromium).await;
        // The server says 404, as it should, and so does the console.
        device.expect_unreachable("/no/such/page");
        device.open("/no/such/page").await;
        device.says("nothing here", FAR_LIMIT).await;
        device.open("/memo/00000000-0000-4000-8000-000000000000").await;
        device.says("nothing here", FAR_LIMIT).await;
    });
}
