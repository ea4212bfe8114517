/** What every surface says of a report that is not ours to trust, where nothing of it can crowd that out. */
export const FOREIGN =
  'This report was made by the pull request’s own run, whose workflow the pull request can change: nobody else has made sure of it.';
