"""The patterns by which rules recognise attacks on an agent. Broad on purpose: `attacks.py` weighs what they find.

Every repetition is bounded, so that no text can make a search slow; long white space is shortened beforehand.
"""

from __future__ import annotations

import re

_WORDS = r"(?:\s{1,3}\S+){0,3}?\s{1,3}"
_AGENT = r"\b(?:ai|llm|assistants?|agents?|chatbots?|bots?|language\ models?|copilot|claude|(?:chat)?gpt)\b"


def any_of(*patterns: str) -> re.Pattern[str]:
    """Any of these patterns, which may be laid out over several lines."""
    return re.compile("|".join(patterns), re.VERBOSE | re.IGNORECASE | re.MULTILINE)


OVERRIDE = any_of(
    rf"""\b(?:ignore|disregard|forget|override|bypass|discard|do\ not\ follow|don't\ follow|stop\ following)\b{_WORDS}
        (?:all|any|every|your|previous|prior|earlier|preceding|above|system|original|initial|safety|security)\b
        (?:\s{{1,3}}\S+){{0,3}}?\s{{0,3}}
        \b(?:instructions?|prompts?|rules?|directions?|guidelines?|directives?|constraints|guardrails|programming)\b""",
    r"""\b(?:ignore|disregard|forget)\s{1,3}(?:(?:all|any|your|the)\s{1,3}){0,3}
        (?:previous|prior|above|preceding|earlier|system|original)\s{1,3}
        (?:instructions?|prompts?|rules|directions?|guidelines|directives|context|inputs?)\b""",
    r"\bforget\ (?:everything|all)\ (?:you|that\ you|above|before|i)\b",
    r"""\byou\ are\ now\ (?:in\ )?(?:an?\ )?(?:dan\b|developer\ mode|jailbroken|unrestricted|unfiltered|root\b|admin)
        |\bdo\ anything\ now\b|\b(?:developer|dan)\ mode\ (?:enabled|activated|output)\b""",
    r"""\b(?:from\ now\ on|as\ of\ now|for\ the\ (?:rest|remainder)\ of\ this\ (?:chat|conversation|thread))\b
        [^.\n]{0,30}\byou(?:'re|\ are|\ will|\ must|\ shall)?\s{1,3}(?:going\ to\ |to\ )?
        (?:act|pretend|respond|answer|behave|role-?play|be\s(?!logged|signed|asked|redirected|charged|billed|notified))""",
    r"""\b(?:immerse\ yourself\ into\ the\ role|stay\ in\ character|broken?\ free\ of\ the\ typical\ confines
        |no\ (?:ethical|moral)\ (?:or\ (?:ethical|moral)\ )?(?:restrictions?|limitations?|guidelines))\b""",
    r"""\b(?:print|reveal|show|repeat|output|leak|expose|disclose)\b(?:\s{1,3}\S+){0,3}?\s{1,3}(?:your|the)\s
        (?:(?:full|hidden|initial|original)\ )?
        (?:system\ (?:prompt|instructions|message(?!\ (?:to|in|on|when|while|if|at|as)\b))|hidden\ prompt
        |initial\ instructions)""",
    r"<\|im_start\|>|<\|system\|>|<\|endoftext\|>|\[/?INST\]|<<SYS>>|\[\ ?system\ ?(?:override|message|prompt)\ ?\]",
    r"^[ \t]{0,20}(?:\#{1,6}\ )?(?:system|admin|developer)\ (?:override|prompt|message|instruction)s?\ ?:",
    rf"""\b(?:new|updated|real|actual)\ (?:system\ )?instructions\ (?:follow\b
        |for\ (?:the\ )?{_AGENT}(?!\ (?:page|section|tab|article)\b))""",
    r"""\b(?:act\ as|pretend\ (?:that\ )?you)\ (?:if\ you\ (?:have|had)\ no\b(?!\ (?:network|connection|internet)\b)
        |have\ no|are\ not\ bound|(?:are\ )?an?\ (?:unrestricted|unfiltered|uncensored))""",
    r"""\b(?:ignore|disregard|forget)\ (?:about\ )?(?:the\ above|that|this|it|everything)\b[,.]?\s{1,3}
        (?:and|then|instead|can\ you|now)?\s{0,3}\b(?:repeat|give|tell|print|output|say|write|state|reveal
        |can\ you)\b""",
    r"""\b(?:ignore|disregard|forget)\ (?:the|this)\ (?:function|code|table|paper|text|page|document|data|report
        |ticket|issue)
        \b[^.\n]{0,20}\b(?:and|then|instead)\b[^.\n]{0,10}\b(?:state|say|output|answer|reply|respond|write|print
        |indicate)\b""",
    r"<\ ?(?:system|developer|admin|god)[\ _-]?(?:mode|override)\ ?>",
    r"""\bi(?:'m|\ am)\ (?:your|one\ of\ your)\ (?:developers?|creators?|maintainers?|administrators?|owners?
        |operators?)\b
        |\bi(?:'m|\ am)\ the\ (?:developer|creator|maintainer|administrator)\ of\ your\ (?:system|model)""",
    r"""\b(?:ignore|disregard|forget)\ (?:what|everything|all)\ (?:that\ )?you\ (?:were|have\ been|had\ been
        |are)\ (?:told|given|taught)
        |\bfrom\ now\ on,?\ you(?:'re|\ are)\ (?-i:[A-Z])\w{2,30}""",
    r"""\byour\ (?:\w{1,12}\ )?(?:guidelines|instructions|rules|restrictions)\ (?:were|have\ been|are)\ (?:just[ ]
        |now\ )?
        (?:updated|changed|replaced|suspended|lifted|revoked)\b
        |\byour\ (?:new|updated|real|actual|only)\ (?:instructions?|orders?|goal)\ ?(?:is\b|are\b|:)""",
    r"""\b(?:authori[sz]e|allow|permit)\ you\ to\ (?:bypass|skip|disable|ignore|override|leave)\b
        |\byou\ are\ (?:hereby\ |now\ )?(?:authori[sz]ed|allowed|permitted)\ to\ (?:bypass|skip|disable|ignore
        |override)\b""",
    r"""^[ \t]{0,20}(?:developer|system|admin(?:istrator)?|maintainer)\ (?:note|notice|message)\ ?:[^\n]{0,100}
        \b(?:override|disregard|bypass)\b""",
    r"""(?:^|[.!?]\s)(?:an\ die\ ki|note?\ (?:pour|à)\ l'(?:ia|agent|assistant)|nota\ para\ (?:la\ ia|el\ agente
        |o\ agente))\ ?:""",
    r"</?\ ?evidence\b[^>\n]{0,60}>",
    # the same in other languages
    r"""\bignorier(?:e|en\ sie)?\b(?:\s{1,3}\S+){0,3}\s{1,3}(?:anweisungen|instruktionen|regeln)
        |\b(?:vergiss|missachte)\b(?:\s{1,3}\S+){0,3}\s{1,3}(?:anweisungen|instruktionen|regeln)""",
    r"""\b(?:ignore[zs]?|oublie[zs]?)\s{1,3}(?:toutes\s{1,3}(?:les|tes|vos)|tes|vos)\s{1,3}(?:instructions
        |consignes|règles)
        |\b(?:ignore[zs]?|oublie[zs]?)\s{1,3}(?:les\s{1,3})?(?:instructions|consignes|règles)\s{1,3}(?:précédentes
        |ci-dessus)""",
    r"""\b(?:ignora|ignore|olvida|descarta|esque[cç]a|dimentica)\s{1,3}(?:tod[ao]s|tutte)\s{1,3}(?:\S+\s{1,3})?
        (?:instrucciones|reglas|istruzioni|regole|instruções|regras)
        |\b(?:ignora|ignore|olvida|descarta|esque[cç]a|dimentica)\s{1,3}(?:\S+\s{1,3}){0,2}
        (?:instrucciones|reglas|istruzioni|regole|instruções|regras)\s{1,3}(?:anterior|previ|preced)""",
    r"\bnegeer\b(?:\s{1,3}\S+){0,3}\s{1,3}(?:instructies|regels)",
    r"(?:игнорируй|забудь)(?:те)?(?:\s{1,3}\S+){0,3}\s{1,3}(?:инструкции|указания|правила)",
    r"(?:忽略|无视|忘记)(?!了)[^。\n]{0,6}(?:之前|以上|上述|上面|先前|所有|一切)[^。\n]{0,8}(?:指令|指示|提示|规则)",
    r"(?:以前|これまで|上記)の(?:指示|命令|ルール)[^。\n]{0,8}無視",
    r"(?:이전|위의|기존)[^.\n]{0,8}(?:지시|명령|지침|규칙)[^.\n]{0,8}무시(?:하[고세십]|해)",
    r"(?:تجاهل|انس)\s{1,3}(?:جميع|كل|كافة)\s{1,3}(?:التعليمات|الأوامر|القواعد)",
)
"""Tells an AI reader to drop its instructions, take another role, or change its answer; or poses as its system."""

_REPLY = r"your\ (?:final\ |next\ |whole\ |entire\ )?(?:answers?|responses?|repl(?:y|ies))\b"
ANSWER = any_of(
    rf"""\b(?:add|append|augment|anagram|apply|arrange|capitali[sz]e|change|combine|compose|conclude|convert|craft
        |decorate
        |embed|emphasi[sz]e|encode|encrypt|end|enhance|enrich|finish|fill|format|group|highlight|include|incorporate
        |inject|insert|integrate|introduce|jumble|limit|mention|misspell|mix|modify|obscure|omit|paraphrase|phrase
        |pepper|prefix
        |rearrange|remove|render|repeat|rephrase|replace|restrict|reverse|rewrite|scramble|shuffle|spell|sprinkle
        |start|begin
        |structure|substitute|swap|switch|transform|translate|twist|use|utili[sz]e|weave
        |write)\b[^.\n]{{0,120}}?\b{_REPLY}""",
    rf"""\b(?:provide|give|deliver|present|write|render|return|show)\ (?:{_REPLY}|your\ message)[^.\n]{{0,20}}
        \b(?:with|without|in|using|as|only|through)\b""",
    rf"""\bin\ (?:{_REPLY}|your\ (?:summary|plan|analysis|explanation))\s{{0,2}},?\s{{1,3}}(?:please\ |also[ ]
        |always\ |only\ )?
        (?:add|advise|advertise|ask|avoid|call|claim|direct|encourage|hint|include|insert|invite|link|list|mark
        |mention|point|praise
        |present|promote|rate|recommend|refer|replace|say|spell|state|suggest|tease|tell|use|write|do\ not|don't
        |never)\b""",
    r"""\b(?:include|add|insert|append|incorporate|begin|start|end|conclude)\b[^.\n]{0,60}
        \byour\ (?:output|summary|explanation|analysis|report)\b""",
)
"""Tells the reader how its answer is to look or what it is to hold. People are asked for EVIDENCE in theirs."""
EVIDENCE = any_of(
    r"""\b(?:screenshots?|screen\ recordings?|logs?|versions?|details?|numbers?|address(?:es)?|orders?|invoices?
        |names?|browsers?
        |accounts?|steps|information|traces?|ids?|errors?|configs?|configuration|repro\w*|dates?|times?|links?|files?
        |examples?|thoughts|feedback)\b"""
)
"""What a person is asked to put into a reply."""

_CODE = r"""\b(?:following|subsequent|below|next)\ (?:piece\ of\ )?(?:code|command|script|function)
    (?:\ (?:block|snippet|excerpt|section|segment|fragment|piece|lines?|part))?\b"""
_OURS = r"""your\ (?:\w{1,20}\ )?(?:code(?:base)?|implementation|solution|response|answer|algorithm|script|program
        |patch|fix|reply)\b"""
IMPLANT = any_of(
    rf"""\b(?:absorb|add|adopt|append|augment|blend|bring|combine|employ|embed|engage|enhance|enlist|enrich|fuse
        |implant|include
        |incorporate|infuse|inject|insert|integrate|introduce|leverage|meld|merge|mix|utili[sz]e|weave|work\ in
        |deploy|render
        |incorporating|featuring|adding|including|integrating|inclusion\ of|presence\ of|manifestation\ of|addition\ of)
        \b[^.\n]{{0,60}}?{_CODE}""",
    rf"{_CODE}[^.\n]{{0,80}}?\b{_OURS}",
    rf"\b{_OURS}[^.\n]{{0,80}}?{_CODE}",
)
"""Wants a piece of code put into what the reader writes."""
SIDE_EFFECT = any_of(
    r"""\brequests\.(?:get|post|put|patch|request)\(|\burllib\d?(?:\.request)?\.|\burl(?:open|retrieve)\(
        |\bhttpx?\.(?:get|post|client)""",
    r"""\bsocket\.socket\(|\.send(?:all|to|mail|_message)?\(|\bsmtplib\b|\bftplib\b|\bFTP\(|\bparamiko\b
        |\byagmail\b|\bpublish\.\w""",
    r"""\bsubprocess\b|\bos\.(?:system|popen|remove|unlink|rename|exec\w*)\(|\bshutil\.(?:rmtree|move)\(|\bexec\(
        |\beval\(""",
    r"\b(?:curl|wget|nc|scp|dd|mkfs)\s{1,3}\S|\brm\s{1,3}-rf\b|\bchmod\b|\bcrontab\b|\bsystemctl\b|\bauthorized_keys\b",
    r"\bInvoke-WebRequest\b|\bchild_process\b|\bRuntime\.getRuntime\(",
)
"""Code that reaches out of the program that it is put into."""
REPEATED = any_of(r"\b(?:reproduc\w{1,4}|repro|to\ (?:see|trigger|test|check|verify)|minimal\ example)\b")
"""What a piece of code in a report is for."""

PERSONA = any_of(
    r"""\b(?:act|acting|behave|respond|reply|answer|speak|write|roleplay|role-play)\ (?:exactly\ |now\ )?as\ (?:if
        |though|an?\b|the\b|[A-Z])
        |\b(?:pretend|imagine)\ (?:that\ )?(?:to\ be|you|you're)\b""",
    r"""\byou(?:\ are|'re|\ will)\ (?:now\ |going\ to\ |about\ to\ )?(?:be\ |act\ as\ |play\ |become\ |simulate[ ]
        |a\ typical\ )
        |\byou\ are\ (?:now\ )?(?-i:[A-Z])\w{2,20}|\byour\ (?:new\ )?(?:character|role|name|persona)\ (?:is
        |will\ be)\b""",
    r"""\b(?:play|assume|take\ on|embody|immerse\ yourself\ into|emulate|simulate)\b[^.\n]{0,40}\b(?:role|character
        |persona|perspective)s?\b""",
    r"\b(?:role|persona|character|job|rules)\ ?=|\bplay\ (?:2|two|a)\ characters?\b|\bemulate\ and\ pretend\b",
    r"""\b(?-i:[A-Z])\w{1,20}\ (?:never\ refuses|always\ (?:answers|provides|obeys)|has\ (?:broken\ free
        |no\ (?:limits|restrictions)))""",
)
"""Gives the reader another role."""
LAWLESS = re.compile(
    r"""\b(?:unfiltered|unrestricted|uncensored|amoral|immoral\w*|unethical\w*|illegal\w*|inhumane|jailbr\w+|dan
        |anything\ now
        |never\ refuses?
    |(?:no|without|free\ of|free\ from|not?\ (?:bound|limited)\ (?:by|to))\ (?:any\ |all\ |ethical\ |moral[ ]
        |\w+\ or\ ){0,3}(?:restrictions?
        |limitations?|limits|filters?|censorship|guidelines|morals?|ethics|warnings?|disclaimers?|refusals?|rules
        |concern)
    |(?:doesn't|does\ not|don't|do\ not)\ (?:care|abide|comply)\b|break\ character|stay\ in\ character|in\ character
    |content\ polic(?:y|ies)|openai(?:'s)?|ethic(?:s|al(?:ity)?)|moral(?:s|ity|izing)?|legality|profanity|offensive
        |explicit(?:ly)?
    |disclaimers?|as\ an\ ai\b|ai\ language\ model|may\ not\ refuse|cannot\ refuse|restrictions?|censor\w*)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words by which a role without limits is described; three different ones are no chance."""

BETRAY = any_of(
    r"""\b(?:share|give|tell|send|reveal|show|disclose|provide|hand\ over|confirm|leak|write|say
        |print)\b(?:\s{1,3}(?:me|us|it|out|with)){0,2}
        \s{1,3}(?:your|the\ (?:user|customer|system|admin|administrator|owner)'?s)\s{1,3}(?:own\ |full\ |secret[ ]
        |login\ )?
        (?:passwords?|passphrase|credentials|api\ keys?|secret\ keys?|private\ keys?|system\ prompt|hidden\ prompt
        |(?:initial|original|system|secret)\ instructions|credit\ card|social\ security|e-?mail\ address
        |home\ address)\b""",
    r"\b(?:text|words|wording|contents?|copy)\ of\ your\ (?:\w{1,12}\ )?(?:instructions|system\ prompt|prompt)\b",
    r"""\b(?:what\ is|what's|what\ are)\ your\ (?:password|passphrase|system\ prompt|(?:initial|original
        |secret)\ instructions)\b""",
    r"\b(?:gib|geben\ sie|nenne|sag|verrate)\b[^.\n]{0,30}\b(?:dein|ihr|das)\w{0,2}\ (?:passwort|kennwort)\b",
    r"\b(?:ihr|dein)\ passwort\ (?:geben|nennen|verraten|mitteilen)\b",
)
"""Asks the reader for its own secrets, or those of the people it works for."""

AGENT_ORDER = any_of(
    rf"""(?:{_AGENT}\s{{1,3}}(?:that\ (?:is|are)\ |who\ (?:is|are)\ )?(?:reading|processing|triaging|handling
        |summari[sz]ing
        |reviewing|working\ on|fixing)|\b(?:note|message|instructions?|attention|important)\ (?:to|for)\ (?:the[ ]
        |any\ |all\ )?
        (?:\w{{1,12}}\ )?{_AGENT}|{_AGENT}\s{{0,2}}[:,])[^\n]{{0,160}}?
        \b(?:approve|merge|push\ (?:directly|straight|to)|skip|disable|turn\ off|bypass|delete|grant|escalate
        |install|exfiltrate|print
        |reveal|leak|without\ (?:review|approval|asking|telling|tests?)|(?:do\ not|don't|never)\ (?:tell|mention
        |report|log|ask|show)
        |ignore|override|lower\ the\ (?:priority|severity)|mark\ (?:this|it|all)|close\ (?:this|all|every)|trust\b)""",
)
"""Tells an agent, in the open, to do what no reporter needs: to approve, skip, hide or give away."""

_SHELL = r"(?:sudo\s{1,3})?(?:/bin/|/usr/bin/)?(?:(?:ba|z|da|k)?sh\b|python[23]?\b|perl\b|ruby\b|node\b|iex\b)"
FETCH_AND_RUN = any_of(
    rf"\b(?:curl|wget|fetch|iwr|irm|invoke-webrequest)\b[^|\n;]{{0,200}}\|\s{{0,3}}{_SHELL}",
    r"""\b(?:ba|z)?sh\s{1,3}(?:-c\s{1,3})?["']?(?:<\(|\$\()\s{0,3}(?:curl|wget)\b[^\n]{0,200}""",
    r"""\beval\s{1,3}["']?\$\(\s{0,3}(?:curl|wget)\b[^\n]{0,200}""",
    r"""\b(?:curl|wget)\b[^\n]{0,160}?(?:&&|;)\s{0,3}(?:chmod\s{1,3}\+x\s{1,3}\S{1,80}\s{0,3}(?:&&
        |;)\s{0,3})?(?:sudo\s{1,3})?
        (?:\./|(?:ba|z)?sh\s{1,3})\S{1,80}""",
    r"\b(?:iex|invoke-expression)\s{0,3}\(?[^\n]{0,40}(?:downloadstring|iwr|irm|invoke-webrequest)\b[^\n]{0,160}",
)
"""Fetches something and runs it. Installers are written like this too, so it matters who says it to whom."""

BLUNT = any_of(
    r"\bbase64\s{1,3}(?:-d|-D|--decode)\b[^\n]{0,40}\|\s{0,3}(?:sudo\s{1,3})?(?:ba|z|da)?sh\b",
    r"\bpowershell(?:\.exe)?\s{1,3}[^\n]{0,60}-e(?:nc|ncodedcommand)?\s{1,3}[A-Za-z0-9+/=]{20,}",
    r"\b(?:ba)?sh\s{1,3}-i\s{0,3}>&?\s{0,3}/dev/tcp/\S{1,80}",
    r"\bnc(?:at)?\s{1,3}(?:-\S{1,20}\s{1,3}){0,4}-e\s{1,3}/bin/(?:ba)?sh\b",
    r"\brm\s{1,3}-rf\s{1,3}(?:--no-preserve-root\s{1,3})?(?:/|~)(?:\s|$|\*)",
)
"""Commands that nobody writes but to open or harm a machine."""
KEY_PLANTED = any_of(
    r"""ssh-(?:rsa|ed25519|dss)\s{1,3}AAAA\S{2,800}[^\n]{0,80}authorized_keys
        |authorized_keys[^\n]{0,80}ssh-(?:rsa|ed25519)\s{1,3}AAAA"""
)
"""Somebody's own key, to let them in."""

GIVE = any_of(
    r"""\b(?:send|post|upload|e-?mail|forward|exfiltrate|leak|transmit|submit|publish|copy|paste|append|include|embed
        |attach|print|dump|echo|write|put|encode|collect|read)\b"""
)
SOMEBODY_ELSE = any_of(
    r"[.!?]\s|\b(?:posts|sends|leaks|puts|shows|prints|writes|uploads|includes|contains|exposes|stores|returns|fails)\b"
)
"""Between a verb and a secret: another sentence, or another verb whose subject is not the reader."""
SECRET = any_of(
    r"\benv(?:ironment)?\ (?:variables?|vars?|file)|\.env\b|\bsecrets?\b|\bcredentials?\b|\bapi[\ _-]?keys?\b",
    r"\b(?:access|auth|github|slack|aws|bot|deploy)[\ _-]?tokens?\b|\b(?:private|ssh)\ keys?\b|\bpasswords?\b",
    r"~/\.(?:ssh|aws)\b|\bid_rsa\b|/etc/(?:passwd|shadow)|\bprocess\.env|\bos\.environ|\bsystem\ prompt",
    r"\b(?:conversation|chat)\ history|\bcustomer\ (?:data|list|e-?mails?)",
    r"\b(?-i:[A-Z][A-Z0-9_]{0,40}_(?:TOKEN|KEY|SECRET|PASSWORD))\b",
)
AWAY = any_of(
    r"""\b(?:to|at|in|into|as|via|and)\b[^\n]{0,60}?
        (?:https?://\S{1,200}|www\.\S{1,200}|<(?:email|ip|url):[^>\n]{1,40}>|\S{1,64}@\S{1,64}\.\w{2,}
        |\bwebhook\b|\bpastebin\b|\b(?:this|the)\ (?:channel|thread|issue|comment|pull\ request)\b
        |\bquery\ (?:string|parameter)\b|\burl\b)"""
)
"""GIVE, then SECRET, then AWAY in one sentence: an order to give a secret away."""

GIVEN_AWAY = any_of(
    r"""\b(?:cat|type|print|dump|read)\s{1,3}(?:/etc/(?:passwd|shadow)|~/\.(?:ssh|aws)/\S{1,40}|\.env\b
        |id_rsa)[^\n]{0,60}?
        \b(?:add|include|paste|post|append|put|attach|send|copy|share)\b""",
    r"""\b(?:respond|reply|answer|tell\ (?:me|us)|show\ (?:me|us)|give\ (?:me|us)|send\ (?:me|us)|list)\b[^.\n]{0,40}
        \b(?:contents?|values?|output)\ of\b[^.\n]{0,30}(?:\.env\b|environment\ variables|secrets\b|credentials\b
        |private\ key)""",
    r"""\b(?:env|printenv|cat\s{1,3}\S{0,80}(?:\.env|id_rsa|credentials|/etc/(?:passwd|shadow))\S{0,20})\s{0,3}
        \|\s{0,3}(?:base64\s{0,3}\|\s{0,3})?(?:curl|wget|nc)\b[^\n]{0,160}""",
    r"""\bcurl\b[^\n]{0,120}(?:-d|--data(?:-\w{1,20})?|-F|--form|-T|--upload-file)\s{1,3}["']?(?:\w{1,20}=)?@?\S{0,60}
        (?:\.env\b|id_rsa|\.aws/credentials|/etc/passwd|\$\(env\)|\$\w{0,30}(?:TOKEN|SECRET|KEY))[^\n]{0,120}""",
)
"""Commands that send a secret away."""

DECODE_AND_DO = any_of(
    r"""\b(?:decode|decrypt|base64[-\ ]?decode|un-?rot13|reverse)\b[^.\n]{0,60}\b(?:and|then)\b[^.\n]{0,30}
        \b(?:follow|execute|run|obey|do|apply|act)\b"""
)
COMMAND = any_of(
    r"""(?:^|[.!?]\s{1,3})["'(]?(?:please\ )?(?:ignore|disregard|forget|override|reveal|print|output|state|say
        |execute|run|send
        |delete|approve|always|never|merge|skip|disable|you\ (?:are|must|will))\b[^\n]{12,}"""
)
"""A sentence in the imperative: a sign of an order in what had to be decoded to be read."""

FOR_AGENTS = any_of(
    rf"""{_AGENT}[^.\n]{{0,60}}\b(?:must|should|shall|please|need\ to|are\ to|has\ to|have\ to|do\ not|don't|always
        |never|run|execute|add|send|approve|mark|merge|skip|disable|read|include)\b"""
)
"""Tells an agent what to do. Ordinary in the open; not where people do not look."""

RUN_IT = any_of(r"\b(?:run|execute|paste|type|launch|invoke|source|start\ by|do)\b(?:\s{1,3}\S+){0,8}?\W{0,6}\Z")
