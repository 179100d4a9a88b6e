"""Agreement: gates, dossiers, sign-offs of stories and epics, attestations, waivers; the pages of one epic and story.

A signature covers the digest of what was shown; if anything moved, it is refused and the difference shown.
"""
