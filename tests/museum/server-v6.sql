CREATE TABLE public.account (
    bucket smallint NOT NULL,
    member text NOT NULL,
    balance bigint DEFAULT 0 NOT NULL,
    entries bigint DEFAULT 0 NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    state text DEFAULT '{}'::text NOT NULL,
    lapses_on text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.allowance (
    bucket smallint NOT NULL,
    grant_id text NOT NULL,
    member text DEFAULT ''::text NOT NULL,
    terminal text DEFAULT ''::text NOT NULL,
    granted bigint DEFAULT 0 NOT NULL,
    spent bigint DEFAULT 0 NOT NULL,
    returned bigint DEFAULT 0 NOT NULL,
    kind text DEFAULT 'placed'::text NOT NULL,
    lease_until bigint DEFAULT 0 NOT NULL,
    posted_seq bigint DEFAULT 0 NOT NULL,
    incarnation bigint DEFAULT 1 NOT NULL,
    announced bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.conflict (
    bucket smallint NOT NULL,
    id text NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    terminal text DEFAULT ''::text NOT NULL,
    event text DEFAULT ''::text NOT NULL,
    member text DEFAULT ''::text NOT NULL,
    points bigint DEFAULT 0 NOT NULL,
    money bigint DEFAULT 0 NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    at bigint DEFAULT 0 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL
);
CREATE TABLE public.control_total (
    bucket smallint NOT NULL,
    terminal text NOT NULL,
    business_on text NOT NULL,
    totals text DEFAULT '{}'::text NOT NULL
);
CREATE TABLE public.effect (
    bucket smallint NOT NULL,
    event text NOT NULL,
    name text NOT NULL,
    result text DEFAULT '{}'::text NOT NULL
);
CREATE TABLE public.enrolment_code (
    code_hash text NOT NULL,
    store text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    expires_at bigint DEFAULT 0 NOT NULL,
    tries_left bigint DEFAULT 5 NOT NULL,
    terminal text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.event (
    bucket smallint NOT NULL,
    terminal text NOT NULL,
    incarnation bigint NOT NULL,
    seq bigint NOT NULL,
    id text DEFAULT ''::text NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    v bigint DEFAULT 1 NOT NULL,
    hash text DEFAULT ''::text NOT NULL,
    body_hash text DEFAULT ''::text NOT NULL,
    outcome text DEFAULT 'queued'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.feed_head (
    bucket smallint NOT NULL,
    scope text NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    rows_living bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    horizon bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.feed_row (
    bucket smallint NOT NULL,
    scope text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    ver bigint DEFAULT 0 NOT NULL,
    deleted bigint DEFAULT 0 NOT NULL,
    at bigint DEFAULT 0 NOT NULL,
    body text DEFAULT 'null'::text NOT NULL
);
CREATE TABLE public.gift_card_entry (
    bucket smallint NOT NULL,
    id text NOT NULL,
    card text DEFAULT ''::text NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    business_on text DEFAULT ''::text NOT NULL,
    entry text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.inbox (
    bucket smallint NOT NULL,
    terminal text NOT NULL,
    incarnation bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    body bytea NOT NULL,
    signed text DEFAULT ''::text NOT NULL,
    received_at bigint DEFAULT 0 NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL
);
CREATE TABLE public.ledger (
    bucket smallint NOT NULL,
    id text NOT NULL,
    member text DEFAULT ''::text NOT NULL,
    pos bigint DEFAULT 0 NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    points bigint DEFAULT 0 NOT NULL,
    effect bigint DEFAULT 0 NOT NULL,
    business_on text DEFAULT ''::text NOT NULL,
    entry text DEFAULT ''::text NOT NULL,
    takes text DEFAULT '[]'::text NOT NULL
);
CREATE TABLE public.member (
    bucket smallint NOT NULL,
    id text NOT NULL,
    home_store text DEFAULT ''::text NOT NULL,
    state text DEFAULT '{}'::text NOT NULL,
    profile text DEFAULT ''::text NOT NULL,
    profile_key text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.member_key (
    kbucket smallint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    member text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.member_redirect (
    bucket smallint NOT NULL,
    old text NOT NULL,
    new text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.meta (
    name text NOT NULL,
    value text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.nonce (
    bucket smallint NOT NULL,
    terminal text NOT NULL,
    nonce text NOT NULL,
    at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.offer_use (
    bucket smallint NOT NULL,
    terminal text NOT NULL,
    offer text NOT NULL,
    uses bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.referral (
    bucket smallint NOT NULL,
    event text NOT NULL,
    activity text DEFAULT ''::text NOT NULL,
    referrer text DEFAULT ''::text NOT NULL,
    sale text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'due'::text NOT NULL
);
CREATE TABLE public.sale (
    bucket smallint NOT NULL,
    id text NOT NULL,
    kind text DEFAULT ''::text NOT NULL,
    store text DEFAULT ''::text NOT NULL,
    terminal text DEFAULT ''::text NOT NULL,
    receipt text DEFAULT ''::text NOT NULL,
    member text DEFAULT ''::text NOT NULL,
    business_on text DEFAULT ''::text NOT NULL,
    at bigint DEFAULT 0 NOT NULL,
    net bigint DEFAULT 0 NOT NULL,
    payable bigint DEFAULT 0 NOT NULL,
    document text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.schema_version (
    version bigint NOT NULL,
    at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.setting (
    store text NOT NULL,
    name text NOT NULL,
    value text DEFAULT 'null'::text NOT NULL
);
CREATE TABLE public.shown (
    bucket smallint NOT NULL,
    key text NOT NULL,
    receipt text NOT NULL,
    deed text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.store (
    id text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    number bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.terminal (
    bucket smallint NOT NULL,
    id text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    store text DEFAULT ''::text NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    public_key text DEFAULT ''::text NOT NULL,
    incarnation bigint DEFAULT 1 NOT NULL,
    announced bigint DEFAULT 1 NOT NULL,
    voided bigint DEFAULT 1 NOT NULL,
    head bigint DEFAULT 0 NOT NULL,
    head_hash text DEFAULT '0000000000000000000000000000000000000000000000000000000000000000'::text NOT NULL,
    posted_seq bigint DEFAULT 0 NOT NULL,
    safe_head bigint DEFAULT 0 NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    enrolled_at bigint DEFAULT 0 NOT NULL
);
INSERT INTO public.account VALUES (93, '01a1eeee-f483-7000-8000-000000000007', 100, 1, 50, '{"lots":[{"available_on":"2026-11-22","id":"01a1eeee-f488-7000-8000-000000000007","points":100}]}', '');
INSERT INTO public.account VALUES (192, '01a1eeee-f481-7000-8000-000000000007', 35, 3, 20, '{"lots":[{"available_on":"2026-11-22","id":"01a1eeee-f486-7000-8000-000000000007","points":30},{"available_on":"2026-11-22","id":"01a1eeee-f48c-7000-8000-000000000007","points":5}]}', '');
INSERT INTO public.allowance VALUES (93, '01a1ee56-5e01-7000-8000-000000000007', '01a1eeee-f483-7000-8000-000000000007', '084b5f835e4c191568769cde', 50, 0, 0, 'placed', 0, 0, 1, 1);
INSERT INTO public.allowance VALUES (192, '01a1ee56-5e02-7000-8000-000000000007', '01a1eeee-f481-7000-8000-000000000007', '084b5f835e4c191568769cde', 20, 0, 0, 'placed', 0, 0, 1, 1);
INSERT INTO public.control_total VALUES (217, '084b5f835e4c191568769cde', '2026-11-22', '{"by_tender":{"cash":39000},"earned":145,"receipts":4,"redeemed":10,"sales":39000}');
INSERT INTO public.effect VALUES (192, '01a1eeee-f482-7000-8000-000000000007', 'enrolled', '[]');
INSERT INTO public.effect VALUES (93, '01a1eeee-f484-7000-8000-000000000007', 'enrolled', '[]');
INSERT INTO public.effect VALUES (93, '01a1eeee-f487-7000-8000-000000000007', 'sale', '[]');
INSERT INTO public.effect VALUES (192, '01a1eeee-f485-7000-8000-000000000007', 'sale', '[]');
INSERT INTO public.effect VALUES (192, '01a1eeee-f48a-7000-8000-000000000007', 'sale', '[]');
INSERT INTO public.enrolment_code VALUES ('032949764767e27dc8013d9363a92e7b244cb9c7b5be1e1e54bfb1c1538ddcea', 'shop', '', 1795349700000000, 5, '084b5f835e4c191568769cde');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 1, '01a1eeee-f482-7000-8000-000000000007', 'member_enrolled', 1, '7bacdb9fc86f411b6df5da7da2a6b5925043d929093d6a3c815f451ba4ad7a79', '506b25c2f0ab393ded848d168ecf08b35658bfc41ac3f2ccd0f7ac2a9077287a', 'posted', '');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 2, '01a1eeee-f484-7000-8000-000000000007', 'member_enrolled', 1, '8dfe29cecaa3aa0bb99caf589d5fbf4e762173be21c2fa9b6f07140d1d3541ab', '789249ba2bdd0e200ae3c109d121e2f3fe4fb26f406953cb5018806913b8c060', 'posted', '');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 3, '01a1eeee-f485-7000-8000-000000000007', 'transaction_completed', 1, '95cb36ce479c41778b2d4ca6338f2aac7f2ee83cf02c5bac03a0ed46c919a076', 'f1fba3d0e1d19dca02f6dc570c0542119ec6e0baf1f7111a936b48f8a607f2a3', 'posted', '');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 4, '01a1eeee-f487-7000-8000-000000000007', 'transaction_completed', 1, '85ad83c62b1e1de002ea238c71e95638e09ea9bf3336fea4808edeb7377977d0', '6dc378a5bf3d0d4f03b9c883bf9fa714d5bbdef48cd3a2c3d1f316dec13e904b', 'posted', '');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 5, '01a1eeee-f489-7000-8000-000000000007', 'transaction_completed', 1, '75e927169c6363c89abc3412e076d24a9d93b6ca91c7b066c2eab2b7bc361989', 'f37e01c65857fb45949ebd13307f78cbb2ccfbc4d62d38c8dff209fe78b2c283', 'posted', '');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 6, '01a1eeee-f48a-7000-8000-000000000007', 'transaction_completed', 1, 'a11636415c7a8545d3befa2ecbe73e248b7bb6b48e961f31f6f5ad0dc71f1438', '860511e74c7c15ab1942b078b27cc490287ceeaee8ac304b8802f3bb5a951846', 'posted', '');
INSERT INTO public.event VALUES (217, '084b5f835e4c191568769cde', 1, 7, '01a1eeee-f48d-7000-8000-000000000007', 'transaction_completed', 1, '49f429b93bb95b396cfba62b1fa046002e86c51e74ef62209c43b382e8fabaa5', '1f747ad7f8cd06ccb2b7eb3975c564bc92e119c8b31868162a75bea53132b15d', 'queued', '');
INSERT INTO public.feed_head VALUES (-1, 'settings:shop', 1, 1, 816492772932937918, 0);
INSERT INTO public.feed_head VALUES (-1, 'operators', 1, 1, 1920385992312351952, 0);
INSERT INTO public.feed_head VALUES (93, 'm:093', 2, 1, 666186970887445622, 0);
INSERT INTO public.feed_head VALUES (192, 'm:192', 3, 1, 806179722787263684, 0);
INSERT INTO public.feed_head VALUES (217, 't:084b5f835e4c191568769cde', 8, 8, 64655550518448086, 0);
INSERT INTO public.feed_row VALUES (-1, 'settings:shop', 'setting', 'velocity', 1, 0, 1795348800000000, '{"name":"velocity","value":{"receipts":0,"scans_by_operator":0,"stores_a_day":0}}');
INSERT INTO public.feed_row VALUES (-1, 'operators', 'setting', 'till_key:084b5f835e4c191568769cde', 1, 0, 1795348800000000, '{"name":"till_key:084b5f835e4c191568769cde","value":{"key":"fbdb1d6c7f40ed68c36bd58fffa77b3200375e729f0a5cf5a134841e82440482","signature":"bea6e6372a035b407dd968afcaa3e695556b22d8196a2e945a274092a5a65286f7b56261c3420c399cc9e56c80e2f2281a74dfe96657227966fb6d52f2ed4c0f"}}');
INSERT INTO public.feed_row VALUES (93, 'm:093', 'member', '01a1eeee-f483-7000-8000-000000000007', 2, 0, 1795348800000000, '{"as_of":"2026-11-22T12:00:00+00:00","card_last4":"0026","display_name":"Boris","enrolled_on":"2026-11-22","home_store":"shop","id":"01a1eeee-f483-7000-8000-000000000007","keys":[["card","2990000000026"]],"lifetime_spend":10000,"lots":[{"available_on":"2026-11-22","id":"01a1eeee-f488-7000-8000-000000000007","points":100}],"phone_last4":"1234","posted":{"084b5f835e4c191568769cde":4},"spend_by_month":{"2026-11":10000}}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'outcome', '01a1eeee-f482-7000-8000-000000000007', 1, 0, 1795348800000000, '{"event":"01a1eeee-f482-7000-8000-000000000007","outcome":"posted","seq":1}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'outcome', '01a1eeee-f484-7000-8000-000000000007', 2, 0, 1795348800000000, '{"event":"01a1eeee-f484-7000-8000-000000000007","outcome":"posted","seq":2}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'outcome', '01a1eeee-f485-7000-8000-000000000007', 3, 0, 1795348800000000, '{"event":"01a1eeee-f485-7000-8000-000000000007","outcome":"posted","seq":3}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'outcome', '01a1eeee-f487-7000-8000-000000000007', 4, 0, 1795348800000000, '{"event":"01a1eeee-f487-7000-8000-000000000007","outcome":"posted","seq":4}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'allowance', '01a1ee56-5e01-7000-8000-000000000007', 5, 0, 1795348800000000, '{"grant":"01a1ee56-5e01-7000-8000-000000000007","granted":50,"kind":"placed","member":"01a1eeee-f483-7000-8000-000000000007"}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'allowance', '01a1ee56-5e02-7000-8000-000000000007', 6, 0, 1795348800000000, '{"grant":"01a1ee56-5e02-7000-8000-000000000007","granted":20,"kind":"placed","member":"01a1eeee-f481-7000-8000-000000000007"}');
INSERT INTO public.feed_row VALUES (192, 'm:192', 'member', '01a1eeee-f481-7000-8000-000000000007', 3, 0, 1795348800000000, '{"as_of":"2026-11-22T12:00:00+00:00","card_last4":"0019","display_name":"Anna","enrolled_on":"2026-11-22","home_store":"shop","id":"01a1eeee-f481-7000-8000-000000000007","keys":[["phone","0101010101010101010101010101010101010101010101010101010101010101"],["card","2990000000019"]],"lifetime_spend":20000,"lots":[{"available_on":"2026-11-22","id":"01a1eeee-f486-7000-8000-000000000007","points":30},{"available_on":"2026-11-22","id":"01a1eeee-f48c-7000-8000-000000000007","points":5}],"phone_last4":"1234","posted":{"084b5f835e4c191568769cde":6},"spend_by_month":{"2026-11":20000}}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'outcome', '01a1eeee-f489-7000-8000-000000000007', 7, 0, 1795348800000000, '{"event":"01a1eeee-f489-7000-8000-000000000007","outcome":"posted","seq":5}');
INSERT INTO public.feed_row VALUES (217, 't:084b5f835e4c191568769cde', 'outcome', '01a1eeee-f48a-7000-8000-000000000007', 8, 0, 1795348800000000, '{"event":"01a1eeee-f48a-7000-8000-000000000007","outcome":"posted","seq":6}');
INSERT INTO public.inbox VALUES (217, '084b5f835e4c191568769cde', 1, 1, 4, '\x28b52ffd600f0e6d1d0026f38d20406bf3b856a10adf8ba4067bd6261cc1308ddba4b424ba2687887a670cc33020860082008900d613889f34d134945eafdf50d6ddedd0ddec709a5a0effffc74fd77f8a57f89c01aff0896870a6b132b2721cb08230a5b50f696d58314858b193bad3cec5ea705284b53fa55d3c560e5600ba93ee041d02840ee71c166ac44ac2ca7556189c7043a48f190609db3b7fe1f9e03f70690b7aed9e52cd10279c80b4793e3a61ab40549a80d399115feb02a9e74721299ed8eab05ed673be2078d0bfc40e5aecd5f21624ba862c0e9d7bafdd933b7ce8d02fb1252b2b1558e8689c8417f838092bbce583e3330cadf3115326f0c128e128f960c79c4557fe0ea216e434987cc5e4da2117936a0439e42d471e99476489eb9da396d5e0e25e84fe1827cc073712b6d26b5542475deb4c220b39ee40f5486a0bf2546bc6a754d4bfb07e9c7f129b0ee730c04a231f7e85b236882be702a1a641fcf51aa75fcb8a7506221406bf0bc61758615c79a72f141abcf9e94fc0ca71e7822a1c71ad6458510e8abfadbef552ac440a9967dc22078d5653d2e6cceabf8e86bcd0edf47a91285961d8c533cf19e90bfeb2def9ac1c4822c8881028186880330d6628a497b25d50b9f0b5619fd5e1947c1c28d69131c75862efe3b76eca7f5929a5e5397fd7dfd242dc1f065b42fea8fbe3f9f3d082a945479a4a7d589fd458bacf340a0a11c862edee38b854fcf6d4d01f02512f30b57fb430e88e9696d272a8227a8db1a3a063eae14a0f22aed1499c0b5a7f5205a22183f14ba15bac058094a83135530c0dc9282929480a6b6002919922a3071280b42107318208111062040411820412914882894842a271070a339e2a869d3c121675637308862457a6bfb886e725afa2c415d69e78a0b3d5d3a8770f933a9749b779d271dbf94efbf2a52050efb8e9d48681e60836cb78f0241ee07af9db83f7f4d6e1ab0ac0a9d69a00b7f595af0cbaeb7912ec9af149355951fbd4b14eed48ebbaa13024685b5fc6c686ad84cb5410e0128603db3b526d397f2a1d302961bcc640eae0ec94f7f17c45ae6502fd157eb0f97ba1d5afa9886baf0137c76984a00244d80c0dfe34a000972180b0484dee02065743f5f91924d50627a47d98e0c4c330fb193bd84b3021e18040e0b666e9f5e098e1f03b61d35aaccf8107a858c6534885f2a85f7f6704215362721036b6bddd814e6eb63dcdb9c1b1c6366860f040523de20718a302a1d46f3d78d8121a861cebe5eafcb5373c441f3ec84f5cd3b58200147f516dc711213f973e0f0a8cc8e28ac707a2616e61a92a', '2026-11-22T12:00:00+00:00 nonce-0001-00000002 f9e4716cf30cf59a2713636ad35e221691d2fdc0545aa5514bbe22898502417e88dcd1664eb11dde347e2b2857af819dfea2e249fa298c4e52b312e4d6fe390c', 1795348800000000, 'posted');
INSERT INTO public.inbox VALUES (217, '084b5f835e4c191568769cde', 1, 5, 6, '\x28b52ffd60ed096d190076ec7b1f4049f47a8305b13c251c4c070219ffd241f75cd45fb179b58bdfcd18866140750073007100993a84d8f1d3ca869079c671a5080d390321d48ce78ec5f8ff4f9ed0a40d0b9534c4991ed0a90410082cc8faf73eb25a05e3af143fb161d11000a104a144a501a58c940ca6906a9834ccde10d1492f4c1b1b519034cef50fdf457f928b5b54442f1e076aaa933648eb7c172869dc28d71a64f546048c672b1f6b8e21e925793cb2dc82c4c321c62b6deee78606ecf2feac9f0db8e1b519538c1f234632041a3af4e55fc75e9bfdbe631b16060949afa3645a1fa51c47f9ec775e9fd5336e889d910a54f0dcb048a487f1434344a6b9fa93107dc19daffe030d1baf0d8b5c1fdbb892714a1a26a3f945022523dd8fcd370d8b9f7f63c211f8717a73fd431748d2098fbbe8f9f919a7b152a99666e9b8facd9d74d1494fda453ff7125b32b6a8a2bf928ca1d8647a2e595c6f3e3fd4640dbd4ac792d19f938b2d261f4b4dbd471a7643179d481c543aeb63ef57db28955a077dbdfe12d3d910118966acb4d9369aadbdd6568b3fdf2177f82f6cadb5c4e7ffd0bbc590f7a949b794bf42e867fa141593cb4d479c821f4b0f7f9df67a5d56da850173b78eb4a426279a8e2c6c496b49ecbd3b228bb14577a85feda37ce5cbc735910371de24920eb6584a8eb084d04310f94c7486fac1037aa86129424a110d2d292948650d4002429022aaf21260c511c7504308111081121042442490402291b02490196a075e48c626b06048315224b06c05b5ad9a44d695195edea113003b498d8373d992e43feac04c2d051a489daf2c50105e9071a9d3814c8c9811ccb1a7b6d4b5e7084dc92cb1286ef390c121f35fb5df9500fd38eb836999004ab57c93e250080fdc6726ed46e017ab1a05657f002be9d1a93050793e4e39892413d46335306c59bf9c71bf91ad3a003bd5e2c5d2b50489a381c4a041451a788e39d1ddda0fe132a0ae6fda7e20c9d233023ff78668984c432d08aad135e238bad8d2c80015a80d4de1c20c2ce4dbd258ca13322ee6322863a5cb07813e728aa2e2ac218c56efc4f18d4af1cc08df41b63d14cac26a07a6f564be71a9b4dffa96506d8a34f014ea8bc7bc5e1437c3e293df32e16a', '2026-11-22T12:00:00+00:00 nonce-0001-00000003 fb8822dcc48d08e3128e5b967e9b127030bd8168a488f88a734e36921a6811678e44e41b536a31122e11156b68ab02c7986279b1cd4e7a6111cbee1749a1fe05', 1795348800000000, 'posted');
INSERT INTO public.inbox VALUES (217, '084b5f835e4c191568769cde', 1, 7, 7, '\x28b52ffd60ff044d1500b6a66d1f4049f47a8305b13c251c4c4329c9dfe234e27ee501fca097fad83b154571416500640065004abfc78f3f039da17ef082a737d7ef8796d20f677a40e5124020b010ebdffbc46a178cbf52fcc07ea81f404a4a4aca52036b154a156da5d54fe997bd1fa2955e901636a240699ceb1fbe51bf8ad3cd055302194bc86aa50dd13adf28298d9be55a43acde88d533ee879d89cb53f0fc307ee887c834577f1216dcf9ea3fd0aff1da0fe5fad8c6978c95d24f15cd67e45d4a8df5933632cf38960609a452eb18f761f3cdf57f94e8e7d86bb3df776c3f4473745cfde64a1190e48a94125248c766f1ffaf5c2549fb2102c9a782ab399cb125063c12088d04268bcd84b5d206ec86469d481c542aeb63ef57db2c29622afb2118cf36260d71ed50898aec0fc3cd03329718afb4b99ffb19b0c7fbb2be01f7bb36638c1f17aa10e8e7d08f7ffba148afb3645a9fb51c67f9ec575e970189666cb4d9b633989a0a8932493f669bca98aa25ef186c1022d0b1f506f230fef2f9d090073b9c23f150ac194d295ff063e9e1afd35eafc74a1b191c3ae171a3969f9f711a1b17a5512b2d69a33edca14ff7cb19d06031496bb5f90c7975c4e67e0561a8319d620e150d4d8a0a52690c20026210aa3b0f12c0e619438e08492044a1086594a45873cf43852f7acad19ec032d5608b3b0a0452ce4022dc94831763b49b8fbcfd2814caf66d5abd5a0239edbac43cd6a07ae7cf8d32cfafafdf0a9806ea785b6de6d38c8340d312c79aa7d40286121c29e0f832c4fb8dc3fa12493a6924dc64c6cf58c5a5182fc69cba1588ff02082d6a2c4e49f83a49a4596f13906951fab97b1703030f81727ec8c0a1beaca883f4f96a146bd709c884a3114861e32b543b015aa3b6e070a1ed484603f1518b8c5050ae0c9e96ec1ff49640df17200d318344f99faf48e1123f7fcbb15401', '2026-11-22T12:00:00+00:00 nonce-0001-00000004 ef883b90a16f4c365aaf991de2296e2f3aebc7464a313c579927f9cd32f3cb1f92071ce3e7be6c9873519fa53f80c0e3210000fbe1d68fcb42c6549a9accdb02', 1795348800000000, 'queued');
INSERT INTO public.ledger VALUES (93, '01a1eeee-f488-7000-8000-000000000007', '01a1eeee-f483-7000-8000-000000000007', 1, 'earn', 100, 100, '2026-11-22', '{"at":"2026-11-22T12:00:00+00:00","available_on":"2026-11-22","business_on":"2026-11-22","cause":{"id":"01a1eeee-f487-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f488-7000-8000-000000000007","kind":"earn","member":"01a1eeee-f483-7000-8000-000000000007","points":100}', '[]');
INSERT INTO public.ledger VALUES (192, '01a1eeee-f486-7000-8000-000000000007', '01a1eeee-f481-7000-8000-000000000007', 1, 'earn', 40, 40, '2026-11-22', '{"at":"2026-11-22T12:00:00+00:00","available_on":"2026-11-22","business_on":"2026-11-22","cause":{"id":"01a1eeee-f485-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f486-7000-8000-000000000007","kind":"earn","member":"01a1eeee-f481-7000-8000-000000000007","points":40}', '[]');
INSERT INTO public.ledger VALUES (192, '01a1eeee-f48b-7000-8000-000000000007', '01a1eeee-f481-7000-8000-000000000007', 2, 'redeem', -10, -10, '2026-11-22', '{"at":"2026-11-22T12:00:00+00:00","business_on":"2026-11-22","cause":{"id":"01a1eeee-f48a-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f48b-7000-8000-000000000007","kind":"redeem","member":"01a1eeee-f481-7000-8000-000000000007","points":-10}', '[{"available_on":"2026-11-22","lot":"01a1eeee-f486-7000-8000-000000000007","points":10}]');
INSERT INTO public.ledger VALUES (192, '01a1eeee-f48c-7000-8000-000000000007', '01a1eeee-f481-7000-8000-000000000007', 3, 'earn', 5, 5, '2026-11-22', '{"at":"2026-11-22T12:00:00+00:00","available_on":"2026-11-22","business_on":"2026-11-22","cause":{"id":"01a1eeee-f48a-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f48c-7000-8000-000000000007","kind":"earn","member":"01a1eeee-f481-7000-8000-000000000007","points":5}', '[]');
INSERT INTO public.member VALUES (93, '01a1eeee-f483-7000-8000-000000000007', 'shop', '{"as_of":"2026-11-22T12:00:00+00:00","card_last4":"0026","display_name":"Boris","enrolled_on":"2026-11-22","home_store":"shop","id":"01a1eeee-f483-7000-8000-000000000007","keys":[["card","2990000000026"]],"lifetime_spend":10000,"phone_last4":"1234","posted":{"084b5f835e4c191568769cde":4},"spend_by_month":{"2026-11":10000}}', '', '');
INSERT INTO public.member VALUES (192, '01a1eeee-f481-7000-8000-000000000007', 'shop', '{"as_of":"2026-11-22T12:00:00+00:00","card_last4":"0019","display_name":"Anna","enrolled_on":"2026-11-22","home_store":"shop","id":"01a1eeee-f481-7000-8000-000000000007","keys":[["phone","0101010101010101010101010101010101010101010101010101010101010101"],["card","2990000000019"]],"lifetime_spend":20000,"phone_last4":"1234","posted":{"084b5f835e4c191568769cde":6},"spend_by_month":{"2026-11":20000}}', '', '');
INSERT INTO public.member_key VALUES (88, 'phone', '0101010101010101010101010101010101010101010101010101010101010101', '01a1eeee-f481-7000-8000-000000000007');
INSERT INTO public.member_key VALUES (170, 'card', '2990000000019', '01a1eeee-f481-7000-8000-000000000007');
INSERT INTO public.member_key VALUES (168, 'card', '2990000000026', '01a1eeee-f483-7000-8000-000000000007');
INSERT INTO public.meta VALUES ('signing', '8cb668a636a48fafd880b6fed2c1d4d7722fc55dd86d508ce72dec1b8fa8ecac');
INSERT INTO public.meta VALUES ('signing_public', '90aa3963ae33ce8492b0cb3412b62afaf41ce8f975c62e00522354eec6ac2e6d');
INSERT INTO public.meta VALUES ('sealing', 'b878d856805baaee9c7134a87ce7deea8af9a348e19865a1bc2be1c954104047');
INSERT INTO public.meta VALUES ('sealing_public', '05f0fd5635da6c4dec027ac8c2000e697999126ab01d76712eb3cc5493fc6710');
INSERT INTO public.meta VALUES ('pepper', 'a24bdac17ae05e5394468d8e2be30610584de28034be7c70cfc2eaeca21d1703');
INSERT INTO public.meta VALUES ('profiles', '9915ae697528ff6f84e206fae95b0e4e2c13db33409b24caa020dc1aef29f9e8');
INSERT INTO public.meta VALUES ('epoch', '27044b90b2f8fc1e');
INSERT INTO public.nonce VALUES (217, '084b5f835e4c191568769cde', 'nonce-0001-00000002', 1795348800000000);
INSERT INTO public.nonce VALUES (217, '084b5f835e4c191568769cde', 'nonce-0001-00000003', 1795348800000000);
INSERT INTO public.nonce VALUES (217, '084b5f835e4c191568769cde', 'nonce-0001-00000004', 1795348800000000);
INSERT INTO public.sale VALUES (93, '01a1eeee-f487-7000-8000-000000000007', 'sale', 'shop', '084b5f835e4c191568769cde', 'R-1-4', '01a1eeee-f483-7000-8000-000000000007', '2026-11-22', 1795348800000000, 10000, 10000, '{"at":"2026-11-22T12:00:00+00:00","business_on":"2026-11-22","currency":"RUB","currency_digits":2,"entries":[{"at":"2026-11-22T12:00:00+00:00","available_on":"2026-11-22","business_on":"2026-11-22","cause":{"id":"01a1eeee-f487-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f488-7000-8000-000000000007","kind":"earn","member":"01a1eeee-f483-7000-8000-000000000007","points":100}],"id":"01a1eeee-f487-7000-8000-000000000007","kind":"sale","lines":[{"code":"4600000000008","earned":100,"item":"item-1","line":1,"list_amount":10000,"name":"Tea","net":10000,"payable":10000,"quantity":{"value":1},"tax":0,"tax_class":"standard","tax_rate_ppm":220000,"unit_price":10000}],"member":"01a1eeee-f483-7000-8000-000000000007","operator":"op","receipt":"R-1-4","session":1,"store":"shop","tenders":[{"amount":10000,"kind":"cash"}],"terminal":"084b5f835e4c191568769cde","totals":{"discount":0,"earned":100,"list_amount":10000,"net":10000,"payable":10000,"points":0,"points_money":0,"rounding":0}}');
INSERT INTO public.sale VALUES (192, '01a1eeee-f485-7000-8000-000000000007', 'sale', 'shop', '084b5f835e4c191568769cde', 'R-1-3', '01a1eeee-f481-7000-8000-000000000007', '2026-11-22', 1795348800000000, 10000, 10000, '{"at":"2026-11-22T12:00:00+00:00","business_on":"2026-11-22","currency":"RUB","currency_digits":2,"entries":[{"at":"2026-11-22T12:00:00+00:00","available_on":"2026-11-22","business_on":"2026-11-22","cause":{"id":"01a1eeee-f485-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f486-7000-8000-000000000007","kind":"earn","member":"01a1eeee-f481-7000-8000-000000000007","points":40}],"id":"01a1eeee-f485-7000-8000-000000000007","kind":"sale","lines":[{"code":"4600000000008","earned":40,"item":"item-1","line":1,"list_amount":10000,"name":"Tea","net":10000,"payable":10000,"quantity":{"value":1},"tax":0,"tax_class":"standard","tax_rate_ppm":220000,"unit_price":10000}],"member":"01a1eeee-f481-7000-8000-000000000007","operator":"op","receipt":"R-1-3","session":1,"store":"shop","tenders":[{"amount":10000,"kind":"cash"}],"terminal":"084b5f835e4c191568769cde","totals":{"discount":0,"earned":40,"list_amount":10000,"net":10000,"payable":10000,"points":0,"points_money":0,"rounding":0}}');
INSERT INTO public.sale VALUES (192, '01a1eeee-f48a-7000-8000-000000000007', 'sale', 'shop', '084b5f835e4c191568769cde', 'R-1-6', '01a1eeee-f481-7000-8000-000000000007', '2026-11-22', 1795348800000000, 10000, 9000, '{"at":"2026-11-22T12:00:00+00:00","business_on":"2026-11-22","currency":"RUB","currency_digits":2,"entries":[{"at":"2026-11-22T12:00:00+00:00","business_on":"2026-11-22","cause":{"id":"01a1eeee-f48a-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f48b-7000-8000-000000000007","kind":"redeem","member":"01a1eeee-f481-7000-8000-000000000007","points":-10},{"at":"2026-11-22T12:00:00+00:00","available_on":"2026-11-22","business_on":"2026-11-22","cause":{"id":"01a1eeee-f48a-7000-8000-000000000007","kind":"transaction","operator":"op"},"id":"01a1eeee-f48c-7000-8000-000000000007","kind":"earn","member":"01a1eeee-f481-7000-8000-000000000007","points":5}],"id":"01a1eeee-f48a-7000-8000-000000000007","kind":"sale","lines":[{"code":"4600000000008","earned":5,"item":"item-1","line":1,"list_amount":10000,"name":"Tea","net":10000,"payable":9000,"points":10,"points_money":1000,"quantity":{"value":1},"tax":0,"tax_class":"standard","tax_rate_ppm":220000,"unit_price":10000}],"member":"01a1eeee-f481-7000-8000-000000000007","operator":"op","receipt":"R-1-6","session":1,"store":"shop","tenders":[{"amount":9000,"kind":"cash"}],"terminal":"084b5f835e4c191568769cde","totals":{"discount":0,"earned":5,"list_amount":10000,"net":10000,"payable":9000,"points":10,"points_money":1000,"rounding":0}}');
INSERT INTO public.sale VALUES (217, '01a1eeee-f489-7000-8000-000000000007', 'sale', 'shop', '084b5f835e4c191568769cde', 'R-1-5', '', '2026-11-22', 1795348800000000, 10000, 10000, '{"at":"2026-11-22T12:00:00+00:00","business_on":"2026-11-22","currency":"RUB","currency_digits":2,"id":"01a1eeee-f489-7000-8000-000000000007","kind":"sale","lines":[{"code":"4600000000008","item":"item-1","line":1,"list_amount":10000,"name":"Tea","net":10000,"payable":10000,"quantity":{"value":1},"tax":0,"tax_class":"standard","tax_rate_ppm":220000,"unit_price":10000}],"operator":"op","receipt":"R-1-5","session":1,"store":"shop","tenders":[{"amount":10000,"kind":"cash"}],"terminal":"084b5f835e4c191568769cde","totals":{"discount":0,"earned":0,"list_amount":10000,"net":10000,"payable":10000,"points":0,"points_money":0,"rounding":0}}');
INSERT INTO public.schema_version VALUES (1, 1795348800000000);
INSERT INTO public.schema_version VALUES (2, 1795348800000000);
INSERT INTO public.schema_version VALUES (3, 1795348800000000);
INSERT INTO public.schema_version VALUES (4, 1795348800000000);
INSERT INTO public.schema_version VALUES (5, 1795348800000000);
INSERT INTO public.schema_version VALUES (6, 1795348800000000);
INSERT INTO public.setting VALUES ('', 'velocity', '{"receipts":0,"scans_by_operator":0,"stores_a_day":0}');
INSERT INTO public.store VALUES ('shop', 'Shop', 1);
INSERT INTO public.terminal VALUES (217, '084b5f835e4c191568769cde', 'Till', 'shop', 1, 'fbdb1d6c7f40ed68c36bd58fffa77b3200375e729f0a5cf5a134841e82440482', 1, 1, 1, 7, '49f429b93bb95b396cfba62b1fa046002e86c51e74ef62209c43b382e8fabaa5', 6, 0, 'active', 1795348800000000);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (bucket, member);
ALTER TABLE ONLY public.allowance
    ADD CONSTRAINT allowance_pkey PRIMARY KEY (bucket, grant_id);
ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT conflict_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.control_total
    ADD CONSTRAINT control_total_pkey PRIMARY KEY (bucket, terminal, business_on);
ALTER TABLE ONLY public.effect
    ADD CONSTRAINT effect_pkey PRIMARY KEY (bucket, event, name);
ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_pkey PRIMARY KEY (code_hash);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (bucket, terminal, incarnation, seq);
ALTER TABLE ONLY public.feed_head
    ADD CONSTRAINT feed_head_pkey PRIMARY KEY (bucket, scope);
ALTER TABLE ONLY public.feed_row
    ADD CONSTRAINT feed_row_pkey PRIMARY KEY (bucket, scope, kind, id);
ALTER TABLE ONLY public.gift_card_entry
    ADD CONSTRAINT gift_card_entry_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (bucket, terminal, incarnation, first_seq);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.member_key
    ADD CONSTRAINT member_key_pkey PRIMARY KEY (kbucket, kind, key);
ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.member_redirect
    ADD CONSTRAINT member_redirect_pkey PRIMARY KEY (bucket, old);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.nonce
    ADD CONSTRAINT nonce_pkey PRIMARY KEY (bucket, terminal, nonce);
ALTER TABLE ONLY public.offer_use
    ADD CONSTRAINT offer_use_pkey PRIMARY KEY (bucket, terminal, offer);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_pkey PRIMARY KEY (bucket, event);
ALTER TABLE ONLY public.sale
    ADD CONSTRAINT sale_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (store, name);
ALTER TABLE ONLY public.shown
    ADD CONSTRAINT shown_pkey PRIMARY KEY (bucket, key, receipt);
ALTER TABLE ONLY public.store
    ADD CONSTRAINT store_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.terminal
    ADD CONSTRAINT terminal_pkey PRIMARY KEY (bucket, id);
CREATE INDEX account_lapses ON public.account USING btree (lapses_on);
CREATE INDEX allowance_member ON public.allowance USING btree (bucket, member);
CREATE INDEX allowance_terminal ON public.allowance USING btree (terminal, incarnation);
CREATE INDEX allowance_unannounced ON public.allowance USING btree (announced, terminal);
CREATE INDEX conflict_open ON public.conflict USING btree (state, terminal);
CREATE INDEX event_id ON public.event USING btree (bucket, id);
CREATE INDEX feed_row_ver ON public.feed_row USING btree (bucket, scope, ver);
CREATE INDEX gift_card_entry_card ON public.gift_card_entry USING btree (bucket, card);
CREATE INDEX inbox_queue ON public.inbox USING btree (state, received_at);
CREATE INDEX ledger_member ON public.ledger USING btree (bucket, member, pos);
CREATE INDEX member_home ON public.member USING btree (home_store);
CREATE INDEX nonce_at ON public.nonce USING btree (at);
CREATE INDEX referral_state ON public.referral USING btree (state);
CREATE INDEX sale_member ON public.sale USING btree (bucket, member, at);
