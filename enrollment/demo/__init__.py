"""The demo county: invented schools, pupils and cases, the same for the same seed.

Stands above everything else in the app, because it writes what all of it writes: the register
of past years set-based, the cases of the running year through the services that the pages use.
Everything here is invented but provinces, counties, towns and villages.
"""
