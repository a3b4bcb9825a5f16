"""Short neutral texts for readers: parties, bodies, words, and the limits of the model."""

import re

CHIEF_SOURCE = "Woods, Bolshevism"
"""The book that the settings call the chief source, as its citations write it."""

PARTIES = {
    "NP": "People who stand with no party. They may still vote for local or national lists that "
    "the model does not follow.",
    "KD": "Constitutional Democrats, liberals, and those to the right of them. They led the first "
    "Provisional Government and wanted the war continued until a common peace.",
    "RSR": "The majority of the Socialist Revolutionaries, the party with most peasant support. "
    "They joined the coalition government in May and deferred the land question to a "
    "Constituent Assembly.",
    "LSR": "The left of the Socialist Revolutionaries, which opposed coalition and wanted land "
    "handed over at once. It became a separate party in the autumn.",
    "ME": "The majority of the Mensheviks, Social Democrats who supported coalition and the "
    "defence of the country. They led the soviets until September together with the Socialist "
    "Revolutionaries.",
    "MI": "Mensheviks around Martov, who opposed both the coalition and the war. They sought a "
    "government of all socialist parties.",
    "BO": "Social Democrats around Lenin, who from April called for soviet power, peace and land. "
    "They took power in October together with allies in the soviets.",
}
"""Two sentences for each party or tendency."""

KINDS = {
    "unit_committee": "Committees elected in a single factory, ship or regiment. They were renewed "
    "quickly, so they follow their electors closely.",
    "soviet": "Councils of delegates elected in factories and regiments. Delegates could be "
    "recalled at any time, but most sat for months.",
    "executive": "Committees elected by a soviet from among its delegates. They change after the "
    "soviet does.",
    "union": "Leading bodies of trade unions, elected by conferences. They change slowly.",
    "army_committee": "Committees of a whole army or front, elected by regimental committees.",
    "conference": "Meetings of delegates with fresh mandates. They show the electors of their day.",
    "congress": "All-Russian meetings of soviets and other bodies, and the committees they left "
    "in office.",
}
"""What each kind of body is."""

WORDS = (
    (
        "Old Style and New Style",
        "Russia used the Julian calendar until 1918. Its dates (Old Style) were thirteen days "
        "behind those of western Europe (New Style), so October 25 was November 7 there.",
    ),
    (
        "Provisional Government",
        "The government formed after the Tsar abdicated in March 1917. It was to rule until a "
        "Constituent Assembly met.",
    ),
    (
        "Soviet",
        "Russian for council: a body of delegates elected at places of work and in the army.",
    ),
    (
        "Duma",
        "Russian for assembly. City and district dumas were elected by secret ballot of all "
        "adult residents.",
    ),
    (
        "Constituent Assembly",
        "The assembly that was to decide on Russia's constitution, elected in November 1917.",
    ),
    (
        "Kornilov's revolt",
        "The attempt of the Supreme Commander to take Petrograd at the end of August 1917. What "
        "he and the head of government had agreed is disputed.",
    ),
    (
        "Allegiance",
        "The party a person of the model stands with today. It is neither membership nor a vote.",
    ),
    (
        "Electors",
        "Those who elect a body: people of factories and regiments, or delegates of other "
        "bodies. The page shows what they stand for in public, each place weighted as its seats "
        "are.",
    ),
    (
        "Shown and held",
        "What people show in public and what they hold in private. Out of fear people may keep "
        "quiet about what they think. Ballots are secret and count what is held; delegates are "
        "elected by what is shown.",
    ),
    (
        "Villages",
        "Not a place of voters but a pool: soldiers of the model who deserted, with the "
        "allegiance they took along. It is empty until the first has left.",
    ),
    (
        "Chief source",
        "Alan Woods (1999), Bolshevism: The Road to Revolution, a partisan history, sympathetic "
        "to the Bolsheviks. Most figures were read in it; it takes them from other books.",
    ),
    (
        "Same luck",
        "Two histories draw the same random numbers for the same person, day and decision. What "
        "differs between them follows from what was changed, and from nothing else.",
    ),
)
"""Words that a class will ask about."""

INTERVAL = {
    "posterior": "The range that holds nine in ten of twenty runs. Each has other luck, and "
    "parameters drawn from what the documented figures leave open. A slider that was moved is "
    "held where it stands; the others are drawn as before, not fitted anew to it.",
    "prior": "The range that holds nine in ten of twenty runs. Each has other luck, and "
    "parameters drawn from what was thought possible before the fit. A slider that was moved is "
    "held where it stands.",
}
"""What the band around a line means, by where the parameters come from."""

LIMITS = (
    "Most figures come from one partisan history and the books it cites. Several are misprinted, "
    "and peasants, nations and women hardly appear in them.",
    "What survives favours the capitals, turning points and victories.",
    "Shares of a factory do not tell who changed. The people of the model are invented; only "
    "their sums can be compared with the record.",
    "The dates of events, and what each does to people, are put in by hand. A jump on the day of "
    "an event is therefore no evidence that the model explains it.",
    "Only about six combinations of parameters can be learned from the record. The size of the "
    "crisis of August cannot be told apart from how fast people reconsider.",
    'There is one history. A "what if" says what this model does, not what would have happened.',
    "Votes of delegates, shows of hands and secret ballots measure different things.",
    "Some populations are guesses. Violence, the economy, the war of the peasants for land, and "
    "what parties decide are not in the model.",
    "The model neither justifies nor accuses anyone.",
)
"""What this model cannot say."""


def named(text: str) -> str:
    """Name the chief source where a text of the settings only calls it so.

    Examples
    --------
    >>> named("No footnote in the chief source.")
    'No footnote in Woods, Bolshevism.'
    """
    return re.sub(r"(?:[Tt]he )?[Cc]hief source", CHIEF_SOURCE, text)
