"""What reading the five transcript lists side by side told us about single prompts."""

import re


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SPELLING = {
    "en": re.compile(r"$^"),
    "es": re.compile(r"$^"),
    "fr": re.compile(r"v[eé]r+ouill|arrivé du|s'il-vous|appellant|boite|status", re.IGNORECASE),
    "it": re.compile(r"perpiacere|\bE'", re.IGNORECASE),
    "ru": re.compile(r"что бы|чтобы бы", re.IGNORECASE),
}
"""Misspellings that recur in a list; what is said is right, what is written is not."""

DOUBTFUL = {
    # Misspelt, or hyphens where a word boundary is a matter of taste. `invalid` is the one of 147
    # clips for which pocketsphinx, choosing between all their texts, did not choose its own.
    "en": _names("""
        call-fwd-no-ans call-fwd-on-busy call-fwd-unconditional invalid queue-periodic-announce
        speed-dial to-rerecord-it unidentified-no-callback vm-reenterpassword
    """),
    # Most of the list is written without accents.
    "es": _names(""),
    # Accents left out, endings that sound alike mixed up, or read at an odd pace.
    "fr": _names("""
        astcc-followed-by-the-pound-key conf-getconfno conf-kicked confbridge-dec-talk-vol-in
        confbridge-dec-talk-vol-out confbridge-inc-talk-vol-in confbridge-inc-talk-vol-out
        confbridge-muted confbridge-unmuted dictate/truncating_audio dir-firstlast dir-last
        enter-num-blacklist followme/options followme/pls-hold-while-try pbx-parkingfailed
        please-try-call-later pm-invalid-option privacy-to-blacklist-last-caller
        queue-periodic-announce simul-call-limit-reached sorry sorry-youre-having-problems
        speed-dial speed-dial-empty telephone-number to-call-this-number to-extension
        to-listen-to-it to-rerecord-it tt-monkeysintro unidentified-no-callback vm-dialout
        vm-duration vm-pls-try-again vm-rec-name vm-tocancelmsg you-entered
    """),
    # Two texts for one file in the list itself.
    "it": _names("vm-then-pound"),
    # Endings that sound alike mixed up, or one word written as two.
    "ru": _names("conf-userswilljoin dictate/truncating_audio dir-last"),
}
"""Prompts whose text cannot be a reference, by voice, beyond what a pattern finds."""

PARALLEL = _names("""
    agent-pass conf-enteringno conf-errormenu conf-extended conf-getchannel conf-getconfno
    conf-getpin conf-hasjoin conf-hasleft conf-invalid conf-kicked conf-leaderhasleft conf-locked
    conf-noempty conf-nonextended conf-now-muted conf-now-recording conf-placeintoconf
    conf-unlockednow conf-userwilljoin conf-waitforleader confbridge-conf-begin confbridge-conf-end
    confbridge-inc-list-vol-in confbridge-dec-talk-vol-in confbridge-invalid confbridge-leave-in
    confbridge-lock-no-join confbridge-menu-exit-in confbridge-only-participant
    confbridge-pin-bad demo-echodone demo-nomatch dictate/forhelp dir-multi9 dir-nomatch dir-nomore
    dir-pls-enter followme/call-from pbx-invalid pbx-parkingfailed please-try-again
    priv-callpending privacy-incorrect privacy-prompt privacy-unident queue-holdtime
    queue-quantity1 queue-thankyou tt-monkeysintro vm-advopts vm-changeto vm-delete vm-deleted
    vm-dialout vm-duration vm-enter-num-to-call vm-helpexit vm-leavemsg vm-mailboxfull
    vm-marked-nonurgent vm-marked-urgent vm-msgsaved vm-next vm-nobox vm-nomore vm-prev
    vm-reachoper vm-rec-name vm-repeat vm-review-urgent vm-savefolder vm-savemessage vm-sorry
    vm-star-cancel vm-starmain vm-tempgreeting vm-tempremoved vm-theperson
    vm-tocallback vm-tocallnum vm-tocancel vm-toenternumber vm-toforward vm-tomakecall
    vm-tooshort vm-toreply vm-torerecord vm-undelete vm-undeleted vm-unknown-caller
""")
"""Prompts that were read in all five languages, say the same in each, and differ from each other.

Left out are prompts that one language shortened, extended or turned into something else (the
weasels that ate the telephone system are owls in Russian), and one of two that mean the same.
"""
