"""Forms of visitors and officers. They read what is typed into the domain's values and decide nothing."""
