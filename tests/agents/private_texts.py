"""Texts with secrets and personal data, and texts that only look so."""

from __future__ import annotations

from agents.redact import Redactor

REDACTOR = Redactor(b"a key of this test")


LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD"  # 32 of them; put together below, so that no secret stands in this file


SECRETS = {
    "AWS": "AKIA" + "IOSFODNN7EXAMPL3",
    "GitHub": "ghp_" + LETTERS + "aB3d",
    "GitHub, fine-grained": "github_pat_" + LETTERS,
    "GitLab": "glpat-" + LETTERS[:20],
    "Slack, bot": "xoxb-" + "123456789012-123456789012-" + LETTERS[:24],
    "Slack, app": "xapp-1-" + "A012-345-" + LETTERS,
    "Stripe": "sk_live_" + LETTERS[:24],
    "Google": "AIza" + LETTERS + "aB3",
    "Google, OAuth": "ya29." + LETTERS,
    "Anthropic": "sk-ant-api03-" + LETTERS + "-" + LETTERS,
    "OpenAI": "sk-proj-" + LETTERS,
    "OpenAI, old": "sk-" + LETTERS + LETTERS[:16],
    "npm": "npm_" + LETTERS + "aB3d",
    "SendGrid": "SG." + LETTERS[:22] + "." + LETTERS + "aB3dE6gH9jK",
    "Linear": "lin_api_" + LETTERS + LETTERS[:8],
    "JWT": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + LETTERS,
}


IN_CONTEXT = {
    "a password that is set": ("DB_PASSWORD=correct-horse-7", "correct-horse-7"),
    "a password that is told": ("user: gateway\nPassword: gateway111", "gateway111"),
    "a quoted token": ('{"api_key": "k9j8h7g6f5", "id": 3}', "k9j8h7g6f5"),
    "a password in an address": ("postgres://app:s3cr3t-pw@db.acme.example/shop", "s3cr3t-pw"),
    "a token in an address": ("git clone https://" + LETTERS + "@git.acme.example/shop", LETTERS),
    "a bearer token": ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789abcdef"),
    "a token in a query": ("GET /cb?access_token=q1w2e3r4t5&page=2", "q1w2e3r4t5"),
    "a signature in a query": (
        "https://bucket.example/f?X-Amz-Signature=0f9e8d7c6b5a&Expires=1298399992",
        "0f9e8d7c6b5a",
    ),
    "a link that signs in": ("https://app.example/reset-password/Zx9Yw8Vu7Ts6Rq5P?x=1", "Zx9Yw8Vu7Ts6Rq5P"),
    "a webhook": (
        "https://hooks.slack.com/services/" + "T01234567/B01234567/" + LETTERS[:24],
        "T01234567/B01234567/" + LETTERS[:24],
    ),
    "an AWS secret": ("aws secret key is " + LETTERS + "/+aB3dE6", LETTERS + "/+aB3dE6"),
    "a password with an & in it": ("password=Tr0ub4dor&3xyz", "Tr0ub4dor&3xyz"),
    "a password with an & early in it": ("password=Tr0&ub4dor", "Tr0&ub4dor"),
    "a password with a comma in it": ("password=Tr0ub4dor,3xyz next", "Tr0ub4dor,3xyz"),
    "a password with a semicolon in it": ("pwd=Tr0ub4dor;3xyz", "Tr0ub4dor;3xyz"),
    "a password with brackets in it": ("password: Tr0ub4dor(3xyz", "Tr0ub4dor(3xyz"),
    "a password with a closing bracket in it": ("password=Tr0ub4dor)3xyz", "Tr0ub4dor)3xyz"),
    "a quoted password with signs in it": ('password="Tr0,b4&o;r(3x<y>z" ok', "Tr0,b4&o;r(3x<y>z"),
    "a password among settings": ("password=abc12345,user=bob", "abc12345"),
    "a password in a form": ("user=bob&password=Tr0ub4dor&next=1", "Tr0ub4dor"),
    "a password in a connection string": ("Server=db;Password=Tr0ub&4dor;Initial Catalog=x", "Tr0ub&4dor"),
}


PERSONAL = {
    "e-mail": ("write to Ada.Lovelace+news@mail.acme.example please", "Ada.Lovelace+news@mail.acme.example", "email"),
    "e-mail in Slack's markup": ("by <mailto:ada@acme.example|ada@acme.example>", "ada@acme.example", "email"),
    "phone, international": ("call +49 151 2345 6789 after five", "+49 151 2345 6789", "phone"),
    "phone, American": ("my number is (555) 123-4567.", "(555) 123-4567", "phone"),
    "phone, spoken of": ("tel. 030/1234567, ask for Marit", "030/1234567", "phone"),
    "phone in Slack's markup": ("<tel:+4915123456789|0151 23456789>", "+4915123456789", "phone"),
    "card": ("card 4111 1111 1111 1111 was charged", "4111 1111 1111 1111", "card"),
    "card, plain": ("5500005555555559 was refused", "5500005555555559", "card"),
    "account": ("IBAN DE89 3704 0044 0532 0130 00 is refused", "DE89 3704 0044 0532 0130 00", "iban"),
    "insurance number": ("my SSN 123-45-6789 is shown", "123-45-6789", "ssn"),
    "IPv4": ("client: 88.198.24.108, server: api", "88.198.24.108", "ip"),
    "IPv6": ("from 2a01:4f8:c17:b0f::2 at noon", "2a01:4f8:c17:b0f::2", "ip"),
}


SURVIVES = {
    "a stack frame": '  File "humanize/number.py", line 511, in metric\n    exponent = floor(math.log10(value))',
    "a Java frame": "\tat org.apache.hadoop.fs.s3a.S3AFileSystem.innerGetFileStatus(S3AFileSystem.java:3866)",
    "an object's address": "token = android.os.BinderProxy@42a76558, <Task at 0x7f2b1c3d4e50>",
    "versions": "humanize 4.3.0, Java 1.6.0.51, Chrome/119.0.6045.105, rv:1.9.2.6, sweeper@3.8.1, v10.15.7.1",
    "a release": "release: dashboard@2026.11.18 environment: production events: 1,204 in 9 h users: 61",
    "a UUID": "replay 0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90 of 12345678-1234-4111-8111-111111111111",
    "a commit": "reverted by 3f2a9c1e8b7d6f5a4c3b2a1908f7e6d5c4b3a291 (was b1ee687)",
    "times": "2026-11-19 09:41:07.002, 2026-11-19T09:41:07+01:00, 20:15, 1795157642118, 01-25 17:43:51.119",
    "Slack's times": "1795157642.118209 https://acme.slack.example/archives/C07SOLAR/p1795157642118209",
    "Slack's markup": "<@U012AB3CD> in <#C07SOLAR|solar>: <https://acme.example/a?b=1|here>, <!subteam^S01>",
    "issue links": "https://git.acme.example/acme/app/issues/31 and acme/app#31, PLAT-318, SOLAR-DASHBOARD-1A7",
    "a clone address": "git@github.com:acme/shop.git and ssh://git@github.com/acme/shop.git",
    "private addresses": "http://localhost:8080, 127.0.0.1, 10.0.0.12, 192.168.1.1, 172.16.0.9, ::1, fe80::1",
    "prose about secrets": "The token is invalid. Password: required. secret: None, token=undefined, api_key = null",
    "code about secrets": "token = parser.next_token()\nlogin(password=user.password, token=get_token())",
    "counts": "max_tokens=4096, tokens: 120400, keys: 31, attempts 3 of 10, 1 234 567 rows, 14 of 2,300",
    "code names": "std::vector<int>, a::b::c, beef::cafe, @property, icon@2x.png, x @ y, 4:3:2:1",
    "a diff": "@@ -12,7 +12,8 @@\n-    return 1234567\n+    return 12345678",
    "a card that is none": "order 4111111111111112, build 1234567890123456, id 0000000000000000",
    "a memory map": "+145.76430723, +450.00000000 7f2b1c3d4000-7f2b1c3d5000 r-xp 00000000 08:01",
    "keys of objects": "storage_key = uploads/2024/01/report-1.pdf, s3 key=prod/2024/a1b2c3/photo.jpg",
    "units of systemd": "getty@tty1.service failed, see backup@daily.timer and sshd@0-10.0.0.1:22.service",
    "a working folder": "PWD=/home/ci/build, PATH=/usr/bin",
    "a CSS class": "sk-loading-indicator-container and eyJ are only names",
}


STAYS = (
    # stack frames
    '  File "/app/shop/checkout/models.py", line 1204, in save',
    "\tat com.acme.shop.checkout.CartService.total(CartService.java:211)",
    "\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)",
    "    at Object.<anonymous> (/srv/app/node_modules/express/lib/router/index.js:284:15)",
    "    at async Promise.all (index 3)",
    "#0  0x00007f8e2c3a5d24 in __GI_raise (sig=6) at ../sysdeps/unix/sysv/linux/raise.c:51",
    "#12 0xb7e3d9a1 in gtk_main () from /usr/lib/libgtk-x11-2.0.so.0.1200.9",
    "goroutine 4821 [running]:\nmain.(*Server).handle(0xc0001a2000, 0x7f3b8c0010a8)",
    "thread 'main' panicked at 'index out of bounds: the len is 3', src/main.rs:42:13",
    "app/models/user.rb:118:in `block in authenticate'",
    "[0x1045a3f80] -[UIViewController viewDidLoad] + 124",
    "   at Acme.Shop.Cart.Total() in C:\\build\\src\\Cart.cs:line 88",
    # versions
    "Python 3.11.7 (main, Dec  4 2023, 18:10:11) [Clang 15.0.7]",
    "Chrome/119.0.6045.105 Safari/537.36 (KHTML, like Gecko) Version/17.1",
    "Upgrade the client to 3.22.3.1, jackson from 2.12.7.1 to 2.15.0",
    "Build Number: 3.11.405.2, Kernel Version: 2.6.35.7",
    "iOS 17.1.2 (21B101), Android 14 (API 34), macOS 14.1.1",
    "numpy==1.26.2, torch>=2.1.0, <3; node v20.10.0; go1.21.5",
    "dashboard@2026.11.18+build.4471, shop-web@1.0.0-rc.12",
    "mysql  Ver 8.0.35-0ubuntu0.22.04.1 for Linux on x86_64",
    # UUIDs, hashes, ids
    "session 0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90",
    "https://app.posthog.example/replay/0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90?t=42",
    "https://app.example/replay?session_id=0193b5e2-7c1d-7a44-9b1e-4f5c6d7e8f90&t=12",
    "event_id: 7f3d2b1a9c8e4f6db5a4c3e2d1f0a9b8, trace: 4bf92f3577b34da6a3ce929d0e0e4736",
    "span_id=00f067aa0ba902b7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
    "commit 3f2a9c1e8b7d6f5a4c3b2a1908f7e6d5c4b3a291",
    "Merge 94621cef29f8 into b1ee687 (see 0a1b2c3)",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "image: registry.example/shop@sha256:4bcdffd70da292293d059d2435c7056711fab2655f8b74f48ad0abe042b63687",
    'ETag: W/"33a64df551425fcc55e4d42a148795d9f25f89d4", request-id: req_8fJk2Lm4Np6Qr8',
    "x-amzn-RequestId: 8b7d6f5a-4c3b-2a19-08f7-e6d5c4b3a291",
    "SOLAR-DASHBOARD-1A7, PLAT-318, #4821, acme/app#31, HADOOP-19226, CVE-2023-44487, RFC 9110",
    "ObjectId('507f1f77bcf86cd799439011') order 1000045821 user 48213",
    "arn:aws:s3:::my-bucket and i-0abcd1234efgh5678 in eu-central-1",
    # times and numbers
    "2026-11-19T09:41:07.002+01:00 and 1795157642118 and 1795157642.118209",
    "Thu, 19 Nov 2026 09:41:07 GMT; took 00:12:31.442; 01/25/2026 17:43:51",
    "rows 1,204,331 of 2 300 111; 99.97 % in 12.5 ms; 4:3; 10.0.0; 1e-9; -0.0042",
    "line 128, column 14; lines 100-240; offset 4096; port 5432; HTTP 503; exit code 137",
    "pid 12345 uid 1000 gid 1000 rss 182736 kB heap 536870912",
    "coordinates 52.520008, 13.404954 and 40.7128,-74.0060",
    "ids 100200300, 5403926876, 9876543210 and 12345678901234567890",
    "from 2026-01-01 to 2026-03-31, Q3 2026, week 47",
    # code and configuration that names secrets without holding one
    "def login(self, password: str, token: str | None = None) -> bool:",
    "password = request.form['password']; token = get_token(user)",
    "if (!password) throw new Error('Password: required')",
    "const { token, secret } = useAuth(); api_key: process.env.API_KEY",
    "password: ${DB_PASSWORD}, token: {{ vault_token }}, api_key=$API_KEY, secret: <redacted>",
    "SyntaxError: Unexpected token: 'punc1' in JSON at position 14",
    'unrecognized token: \\"8395dda4\\"',
    "the csrf token is invalid; the password is too short; your secret is missing",
    'type="password" name="user_password" autocomplete="current-password"',
    "tokens=4096 max_tokens: 120400 token_count=31 key=value keys: 12 primary_key: 48213",
    "KeyError: 'api_key' in settings['secret_key']",
    "docker run -u 1000:1000 -p 8080:80; chmod 0644; umask 0022",
    # names, addresses and markup that look alike
    "@decorator, @media (max-width: 600px), icon@2x.png, user@localhost, git@github.com:acme/shop.git",
    "npm install @angular/core@17.0.5 lodash@4.17.21 and pip install app@git+https://github.com/acme/app",
    "http://localhost:8080/api, http://127.0.0.1:5000, 10.0.0.12:443, 192.168.1.1, 172.16.0.9, ::1, fe80::1",
    "00:1A:2B:3C:4D:5E and 12:34:56:78:9a:bc, std::vector<int>, a::b::c, :root, :hover",
    "<@U012AB3CD> in <#C07SOLAR|solar>: <https://acme.example/a?b=1|here> <!subteam^S01> <!here>",
    "https://acme.example/docs/reset-password and /invite/team and /token/refresh",
    "GET /api/v2/orders?page=2&limit=50&sort=created_at&key=name&state=open HTTP/1.1",
    "/usr/lib/python3.11/site-packages/pkg/mod.py:88 C:\\Users\\runner\\AppData\\Local\\Temp",
    "data:image/png;base64,iVBORw0KGgo= and a Bearer token, Basic auth, Token expired",
    "sk-loading-indicator, key-value pairs, npm_config_registry, hf_transfer, xox, AKIA, ghp_",
    "card 2 of 4, phone screen 1080x2400, tel quel, call 3 functions, text-align: 100, mobile 375x812",
)
