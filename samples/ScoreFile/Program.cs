// Measures a model on a file of labeled problems: ScoreFile MODEL-FOLDER DATA-FILE RESULTS-FILE
using Retrace.Configuration;
using Retrace.Evaluation;

RunConfiguration settings = ConfigurationLayers.Resolve(args[0], file: null, ["evaluation.samples=2"]);
EvaluationReport report = ModelEvaluation.Run(new EvaluationOptions(args[0], args[1])
{
    Configuration = settings,
    Output = args[2],
    OnProblems = (done, all) => Console.Error.WriteLine($"{done} of {all}"),
});
Console.WriteLine($"{report.Summary.Problems} problems, accuracy {report.Summary.Accuracy:0.000}");
foreach ((string category, EvaluationSummary summary) in report.Categories)
{
    Console.WriteLine($"  {category}: {summary.Accuracy:0.000}");
}
