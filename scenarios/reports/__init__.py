"""Reports: what a run or a question has to show, as one page."""
