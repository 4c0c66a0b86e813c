// Send the answer on at once; without scripts the Continue button does it.
document.getElementById("answer").submit();
