using Retrace.Reporting.TensorBoard;
using Retrace.Runs;

namespace Retrace.Reporting;

/// <summary>
/// Writes what people read into a run's folder while the run goes on: TensorBoard's events after each step, and the page
/// <see cref="RunFolder.Report"/> at the end, also of a run that was interrupted or has failed.
/// </summary>
public sealed class RunReporter : IRunObserver
{
    private string _folder = "";
    private TensorBoardWriter? _events;

    /// <inheritdoc/>
    public void Begin(RunStart run)
    {
        _folder = run.Folder;
        _events = TensorBoardWriter.Open(run.Folder, run.StepsTaken > 0 ? run.StepsTaken : -1);
    }

    /// <inheritdoc/>
    public void CompleteStep(StepMetrics metrics) => _events!.Append(metrics);

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The page cannot be written, and the run itself did not fail.</exception>
    public void End(Exception? failure)
    {
        try
        {
            Report.Write([RunReader.Read(_folder)], Path.Combine(_folder, RunFolder.Report));
        }
        catch (BadInputException) when (failure is not null) // On a full disk, which is then why the run has failed.
        {
        }
        finally
        {
            _events?.Dispose();
        }
    }
}
