"""The patterns by which rules recognise attacks on an agent. Broad on purpose: agents/attacks.py weighs what they find.

Every repetition is bounded, so that no text can make a search slow; long white space is shortened beforehand.
"""

from __future__ import annotations

import re

_WORDS = r"(?:\s{1,3}\S+){0,3}?\s{1,3}"
_AGENT = r"\b(?:ai|llm|assistants?|agents?|chatbots?|bots?|language\ models?|copilot|claude|(?:chat)?gpt)\b"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.VERBOSE | re.IGNORECASE | re.MULTILINE)


OVERRIDE = _any(
    rf"""\b(?:ignore|disregard|forget|override|bypass|discard|do\ not\ follow|don't\ follow|stop\ following)\b{_WORDS}
        (?:all|any|your|previous|prior|earlier|preceding|above|system|original|initial|safety)\b
        (?:\s{{1,3}}\S+){{0,3}}?\s{{0,3}}
        \b(?:instructions?|prompts?|rules|directions?|guidelines|directives|constraints|guardrails|programming)\b""",
    r"""\b(?:ignore|disregard|forget)\s{1,3}(?:(?:all|any|your|the)\s{1,3}){0,3}
        (?:previous|prior|above|preceding|earlier|system|original)\s{1,3}
        (?:instructions?|prompts?|rules|directions?|guidelines|directives|context|inputs?)\b""",
    r"\bforget\ (?:everything|all)\ (?:you|that\ you|above|before|i)\b",
    r"""\byou\ are\ now\ (?:in\ )?(?:an?\ )?(?:dan\b|developer\ mode|jailbroken|unrestricted|unfiltered|root\b|admin)
        |\bdo\ anything\ now\b|\b(?:developer|dan)\ mode\ (?:enabled|activated|output)\b""",
    r"""\b(?:from\ now\ on|as\ of\ now|for\ the\ (?:rest|remainder)\ of\ this\ (?:chat|conversation|thread))\b
        [^.\n]{0,30}\byou(?:'re|\ are|\ will|\ must|\ shall)?\s{1,3}(?:going\ to\ |to\ )?
        (?:act|pretend|respond|answer|behave|role-?play|be\b)""",
    r"""\b(?:immerse\ yourself\ into\ the\ role|stay\ in\ character|broken?\ free\ of\ the\ typical\ confines
        |no\ (?:ethical|moral)\ (?:or\ (?:ethical|moral)\ )?(?:restrictions?|limitations?|guidelines))\b""",
    r"""\b(?:print|reveal|show|repeat|output|leak|expose|disclose)\b(?:\s{1,3}\S+){0,3}?\s{1,3}(?:your|the)\s
        (?:(?:full|hidden|initial|original)\ )?
        (?:system\ (?:prompt|message|instructions)|hidden\ prompt|initial\ instructions)""",
    r"<\|im_start\|>|<\|system\|>|<\|endoftext\|>|\[/?INST\]|<<SYS>>|\[\ ?system\ ?(?:override|message|prompt)\ ?\]",
    r"^[ \t]{0,20}(?:\#{1,6}\ )?(?:system|admin|developer)\ (?:override|prompt|message|instruction)s?\ ?:",
    rf"\b(?:new|updated|real|actual)\ (?:system\ )?instructions\ (?:for\ (?:the\ )?{_AGENT}|follow\b)",
    r"""\b(?:act\ as|pretend\ (?:that\ )?you)\ (?:if\ you\ (?:have|had)\ no|have\ no|are\ not\ bound
        |(?:are\ )?an?\ (?:unrestricted|unfiltered|uncensored))""",
    r"""^[ \t]{0,20}(?:please\s{1,3})?
        (?:include|add|insert|append|incorporate|begin|start|end|conclude|modify|rewrite|enhance|format|craft)\b
        [^.\n]{0,60}\byour\ (?:answer|response|output|summary|explanation)\b""",
    # the same in other languages
    r"""\bignor(?:iere?|er)\b(?:\s{1,3}\S+){0,3}\s{1,3}(?:anweisungen|instruktionen|regeln|instructions|consignes)
        |\b(?:vergiss|missachte)\b(?:\s{1,3}\S+){0,3}\s{1,3}(?:anweisungen|instruktionen|regeln)""",
    r"\b(?:ignore[zs]?|oublie[zs]?)\s{1,3}(?:toutes\s{1,3})?(?:les|tes|vos)\s{1,3}(?:instructions|consignes|règles)",
    r"""\b(?:ignora|ignore|olvida|descarta|esque[cç]a)\b(?:\s{1,3}\S+){0,3}\s{1,3}
        (?:instrucciones|reglas|istruzioni|regole|instruções|regras)""",
    r"\bnegeer\b(?:\s{1,3}\S+){0,3}\s{1,3}(?:instructies|regels)",
    r"(?:игнорируй|забудь)(?:те)?(?:\s{1,3}\S+){0,3}\s{1,3}(?:инструкции|указания|правила)",
    r"(?:忽略|无视|忘记)[^。\n]{0,12}(?:指令|指示|提示|规则)|(?:以前|これまで|上記)の(?:指示|命令|ルール)[^。\n]{0,6}無視",
)
"""Tells an AI reader to drop its instructions, take another role, or change its answer; or poses as its system."""

_SHELL = r"(?:sudo\s{1,3})?(?:/bin/|/usr/bin/)?(?:(?:ba|z|da|k)?sh\b|python[23]?\b|perl\b|ruby\b|node\b|iex\b)"
FETCH_AND_RUN = _any(
    rf"\b(?:curl|wget|fetch|iwr|irm|invoke-webrequest)\b[^|\n;]{{0,200}}\|\s{{0,3}}{_SHELL}",
    r"""\b(?:ba|z)?sh\s{1,3}(?:-c\s{1,3})?["']?(?:<\(|\$\()\s{0,3}(?:curl|wget)\b[^\n]{0,200}""",
    r"""\beval\s{1,3}["']?\$\(\s{0,3}(?:curl|wget)\b[^\n]{0,200}""",
    r"""\b(?:curl|wget)\b[^\n]{0,160}?(?:&&|;)\s{0,3}(?:chmod\s{1,3}\+x\s{1,3}\S{1,80}\s{0,3}(?:&&|;)\s{0,3})?(?:sudo\s{1,3})?
        (?:\./|(?:ba|z)?sh\s{1,3})\S{1,80}""",
    r"\b(?:iex|invoke-expression)\s{0,3}\(?[^\n]{0,40}(?:downloadstring|iwr|irm|invoke-webrequest)\b[^\n]{0,160}",
)
"""Fetches something and runs it. Installers are written like this too, so it matters who says it to whom."""

BLUNT = _any(
    r"\bbase64\s{1,3}(?:-d|-D|--decode)\b[^\n]{0,40}\|\s{0,3}(?:sudo\s{1,3})?(?:ba|z|da)?sh\b",
    r"\bpowershell(?:\.exe)?\s{1,3}[^\n]{0,60}-e(?:nc|ncodedcommand)?\s{1,3}[A-Za-z0-9+/=]{20,}",
    r"\b(?:ba)?sh\s{1,3}-i\s{0,3}>&?\s{0,3}/dev/tcp/\S{1,80}",
    r"\bnc(?:at)?\s{1,3}(?:-\S{1,20}\s{1,3}){0,4}-e\s{1,3}/bin/(?:ba)?sh\b",
    r"\brm\s{1,3}-rf\s{1,3}(?:--no-preserve-root\s{1,3})?(?:/|~)(?:\s|$|\*)",
)
"""Commands that nobody writes but to open or harm a machine."""

GIVE = _any(
    r"""\b(?:send|post|upload|e-?mail|forward|exfiltrate|leak|transmit|submit|publish|copy|paste|append|include|embed
        |attach|print|dump|echo|write|put|encode|collect|read)\b"""
)
SECRET = _any(
    r"\benv(?:ironment)?\ (?:variables?|vars?|file)|\.env\b|\bsecrets?\b|\bcredentials?\b|\bapi[\ _-]?keys?\b",
    r"\b(?:access|auth|github|slack|aws|bot|deploy)[\ _-]?tokens?\b|\b(?:private|ssh)\ keys?\b|\bpasswords?\b",
    r"~/\.(?:ssh|aws)\b|\bid_rsa\b|/etc/(?:passwd|shadow)|\bprocess\.env|\bos\.environ|\bsystem\ prompt",
    r"\b(?:conversation|chat)\ history|\bcustomer\ (?:data|list|e-?mails?)",
    r"\b(?-i:[A-Z][A-Z0-9]{0,30}_(?:TOKEN|KEY|SECRET|PASSWORD))\b",
)
AWAY = _any(
    r"""\b(?:to|at|in|into|as|via|and)\b[^\n]{0,60}?
        (?:https?://\S{1,200}|www\.\S{1,200}|<(?:email|ip|url):[^>\n]{1,40}>|\S{1,64}@\S{1,64}\.\w{2,}
        |\bwebhook\b|\bpastebin\b|\b(?:this|the)\ (?:channel|thread|issue|comment|pull\ request)\b
        |\bquery\ (?:string|parameter)\b|\burl\b)"""
)
"""GIVE, then SECRET, then AWAY in one sentence: an order to give a secret away."""

GIVEN_AWAY = _any(
    r"""\b(?:env|printenv|cat\s{1,3}\S{0,80}(?:\.env|id_rsa|credentials|/etc/(?:passwd|shadow))\S{0,20})\s{0,3}
        \|\s{0,3}(?:base64\s{0,3}\|\s{0,3})?(?:curl|wget|nc)\b[^\n]{0,160}""",
    r"""\bcurl\b[^\n]{0,120}(?:-d|--data(?:-\w{1,20})?|-F|--form|-T|--upload-file)\s{1,3}["']?(?:\w{1,20}=)?@?\S{0,60}
        (?:\.env\b|id_rsa|\.aws/credentials|/etc/passwd|\$\(env\)|\$\w{0,30}(?:TOKEN|SECRET|KEY))[^\n]{0,120}""",
)
"""Commands that send a secret away."""

DECODE_AND_DO = _any(
    r"""\b(?:decode|decrypt|base64[-\ ]?decode|un-?rot13|reverse)\b[^.\n]{0,60}\b(?:and|then)\b[^.\n]{0,30}
        \b(?:follow|execute|run|obey|do|apply|act)\b"""
)
BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=])")
HEX = re.compile(
    r"(?<!\w)(?:0x)?(?:[0-9a-fA-F]{2}[ :]?){20,}(?!\w)|(?:\\x[0-9a-fA-F]{2}){12,}|(?:\\u[0-9a-fA-F]{4}){12,}"
)
PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}[A-Za-z0-9.,:;_/-]{0,20}){3,}")

FOR_AGENTS = _any(
    rf"""{_AGENT}[^.\n]{{0,60}}\b(?:must|should|shall|please|need\ to|are\ to|has\ to|have\ to|do\ not|don't|always
        |never|run|execute|add|send|approve|mark|merge|skip|disable|read|include)\b"""
)
"""Tells an agent what to do. Ordinary in the open; not where people do not look."""

RUN_IT = _any(r"\b(?:run|execute|paste|type|launch|invoke|source|start\ by|do)\b(?:\s{1,3}\S+){0,8}?\W{0,6}\Z")
TOLD = _any(
    r"""\b(?:i|we|they|it|users?|customers?|people|somebody|someone|attackers?|clients?|who|which|that
        |does|did|don't|doesn't|didn't|can|can't|cannot|could|would|will|won't|never|not|when|whenever|if|after|before|by
        |while|tried|trying|failed|fails|unable)(?:\s{1,3}(?:to|just|then|also|already|had|have|has|always|only|even)){0,3}\s{1,3}\Z""",
    r"(?<!\byou\s)(?<!\bai\s)(?<!\bagent\s)(?<!\bagents\s)(?<!\bassistant\s)(?<!\bbot\s)(?<!\bmodel\s)\b(?:should|must|may|might|to)\s{1,3}\Z",
)
"""Just before an order, these make it something that is told and not asked of the reader."""
REPORTED = _any(
    r"""prompt[-\ ]?injection|jailbreak|injection\ (?:attempt|attack|payload)|pen-?test|red[-\ ]?team|\bwaf\b
        |\battack(?:er|s)?\b|malicious""",
    r"""\b(?:typed|writes?|wrote|said|says|tells?|told|asked|asks?|sent|sends|submitted|entered|contain(?:s|ed|ing)?|like
        |such\ as|e\.g\.|payload|string|phrase|text|message|review|comment)\s{0,3}[:,]?\s{0,3}\Z""",
)
LOGGED = _any(r"\b(?:GET|POST|PUT|HEAD)\s{1,3}/|\bHTTP/\d|user-?agent")
"""Before a fragment, these say that somebody reports it, or that it stands in a log of requests."""
