/** All that the programs need of Node: the types of the client must not need more than `dom` has. */
declare const process: { argv: string[] }
