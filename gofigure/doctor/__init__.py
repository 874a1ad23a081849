"""`gofigure doctor`: what could be wrong around a project, and the mend for each; changes nothing."""
