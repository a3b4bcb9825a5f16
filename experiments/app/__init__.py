"""The class room: a page on which 1917 unfolds and can be changed.

Start it with ``allegiance app`` (install the extra first: ``pip install 'allegiance[app]'``).
The page opens in the browser; Ctrl-C ends it. Nothing is fetched from a network: scripts,
styles, fonts and icons are files of this package, and the server listens on this computer
alone.

What a class can do with it
---------------------------
* *Play* March to November, day by day: party shares of any place, all places on a schematic
  map, any soviet as seats beside its electors, events with an account and a source.
* *What if*: switch an event off or move a slider. The year is computed again by the model
  itself, with the same luck, and drawn beside 1917 in the model, with the difference.
* *Guess first*: the page stops before each documented figure and asks; then it shows the
  guess, the record, and the model with its interval.
* *One person*: open a factory or a regiment, and read the year of one of its people.
* *Take away*: pictures (SVG, PNG), data (CSV, Parquet), settings that ``allegiance run``
  takes (YAML), a link that restores the view, and a file that opens without any server.

How it is built
---------------
``command`` reads what was typed; ``server`` serves the page's files and one WebSocket;
``session`` is one open page, with its own runs; ``messages`` checks what a page asks for;
``engine`` runs the model in worker threads; ``ensemble`` adds intervals; ``documented`` holds
the model against the record; ``biography`` follows one unit and one person; ``stage`` and
``glossary`` describe the world to the page; ``packing`` and ``exports`` write frames and files.
The page itself is ``page/``: plain modules without a build step.

Settings and tables are shared by all connections and never change; models belong to one
connection each. A page that is closed stops its run within a day of the model.
"""
